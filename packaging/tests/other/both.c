/* The main of an image with two Rust archives: the example, then the other archive, whose last call panics. */
#include "start.h"

#include <stddef.h>
#include <stdint.h>

int pick_main(void);
uint32_t other_mean(const uint32_t *values, size_t count);
void other_panicked(void);

void other_panicked(void)
{
  print("panic in the other archive\n");
  stop(0);
}

int main(void)
{
  static const uint32_t values[] = {10, 20, 30};
  if (pick_main() != 0) {
    return 1;
  }
  print(other_mean(values, 3) == 20 ? "mean 20\n" : "wrong mean\n");
  other_mean(values, 0);
  return 2;
}
