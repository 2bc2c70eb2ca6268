/* Feeds the border's target what is kept of its inputs: the files named, those of this precision. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef DOUBLE
#define BORDER border_f64
#define OWN 1
#else
#define BORDER border_f32
#define OWN 0
#endif

int BORDER(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
  int i, fed = 0;
  for (i = 1; i < argc; i++) {
    static uint8_t data[1 << 16];
    FILE *file = fopen(argv[i], "rb");
    size_t size;
    if (file == NULL) {
      perror(argv[i]);
      return 1;
    }
    size = fread(data, 1, sizeof data, file);
    fclose(file);
    if (size > 0 && (data[0] & 1) == OWN) {
      /* A place of its own, so that a step over the end is found. */
      uint8_t *exact = malloc(size);
      if (exact == NULL) {
        return 1;
      }
      memcpy(exact, data, size);
      BORDER(exact + 1, size - 1);
      free(exact);
      fed++;
    }
  }
  printf("%d\n", fed);
  return 0;
}
