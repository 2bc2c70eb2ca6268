/* A board for twelve.c: a sensor of 1000 readings, an uplink that counts. */
#include "board.h"

#include <math.h>
#include <stdio.h>

void run(void);

static int readings, uploads;
static double total;

int sensor_read(float *x)
{
  double hour = readings / 60.0;
  x[0] = (float)(21 + sin(hour / 4));
  x[1] = (float)(26 + 3 * cos(hour / 3));
  x[2] = readings % 300 < 120 ? 430.0f : 0.0f;
  x[3] = (float)(500 + 200 * sin(hour));
  x[4] = 0.004f;
  return readings++ < 1000;
}

void upload(const float *x, float weight)
{
  uploads++;
  total += (double)weight;
  (void)x;
}

int main(void)
{
  run();
  printf("%d uploads for %.0f readings\n", uploads, total);
  return uploads == 200 && fabs(total - 1000) < 200 ? 0 : 1;
}
