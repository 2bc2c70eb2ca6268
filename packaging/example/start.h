/* What the example needs of the machine it runs on; the start calls main. */
#ifndef START_H
#define START_H

/* Writes a text without adding a line end. */
void print(const char *text);

/* Ends the program or the emulator; does not return. */
void stop(int status);

int main(void);

#endif
