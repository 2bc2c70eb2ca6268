/* A program with a flaw, which a sanitizer or valgrind must find: else the other tests' silence means nothing. */
#include "gleaner.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
  volatile int one = argc;
  (void)argv;
#ifdef FLAW_READ
  {
    volatile char *bytes = malloc((size_t)gleaner_items_len(3));
    return bytes[3 + one];
  }
#endif
#ifdef FLAW_UNSET
  {
    char *bytes = malloc((size_t)one);
    const int is_set = *(volatile char *)bytes == 1;
    free(bytes);
    return is_set ? (int)gleaner_abi() : 0;
  }
#endif
#ifdef FLAW_LEAK
  {
    char *volatile bytes = malloc((size_t)one);
    bytes = NULL;
    return bytes != NULL && gleaner_abi() == 0;
  }
#endif
#ifdef FLAW_SHIFT
  return (one << (31 + one)) == (int)gleaner_abi();
#endif
}
