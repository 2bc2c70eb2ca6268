/* A board for twelve.c: 1000 readings of a made-up room, and an uplink that prints. In integers where it
   can be, so that every machine prints the same. */
#include "board.h"
#include "start.h"

void run(void);

static unsigned reading, uploads;
static float total;

int sensor_read(float *x)
{
  unsigned minute = reading % 300;
  x[0] = (float)(168 + minute * minute % 31) / 8; /* temperature */
  x[1] = (float)(200 + minute % 43) / 8;          /* humidity */
  x[2] = minute < 120 ? 430.0f : 0.0f;            /* light */
  x[3] = (float)(400 + reading * 7 % 600);        /* CO2 */
  x[4] = (float)(8 + reading % 3) / 2048;         /* humidity ratio */
  return reading++ < 1000;
}

static void print_number(unsigned long number, const char *behind)
{
  char digits[24];
  char *first = digits + sizeof digits - 1;
  *first = '\0';
  do {
    *--first = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  print(first);
  print(behind);
}

void upload(const float *x, float weight)
{
  uploads++;
  total += weight;
  print_number((unsigned long)x[3], " ppm of CO2, standing for ");
  print_number((unsigned long)(weight * 1000), " thousandths of a reading\n");
}

int main(void)
{
  run();
  print_number(uploads, " uploads for ");
  print_number((unsigned long)total, " readings\n");
  return uploads == 200 && total > 800 && total < 1200 ? 0 : 1;
}
