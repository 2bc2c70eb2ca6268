/* The header in two files, linked. */
#include "gleaner.h"

#include <stdio.h>

#ifdef __cplusplus
size_t from_other(void);
#else
extern size_t from_other(void);
#endif

int main(void)
{
  static float memory[GLEANER_FACTOR_LEN(3)];
  struct gleaner_factor_f32 factor;
  if (gleaner_factor_init_f32(&factor, 3, 1, memory, GLEANER_FACTOR_LEN(3)) != GLEANER_OK) {
    return 1;
  }
  printf("%s %d\n", gleaner_version(), (int)from_other());
  return from_other() == GLEANER_FACTOR_LEN(3) ? 0 : 1;
}
