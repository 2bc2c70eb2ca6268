/* What a board's own code gives to the examples. */
#ifndef BOARD_H
#define BOARD_H

/* Writes the next reading's features; 0: the period has ended. */
int sensor_read(float *x);
/* Sends a kept reading, which stands for `weight` readings of the stream. */
void upload(const float *x, float weight);

#endif
