/* Start of a 32-bit RISC-V, and text to a debugger or to QEMU (semihosting). */
#include "start.h"

#include <stdint.h>

extern uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[];

static void semihosting(uint32_t operation, const void *argument)
{
  register uint32_t a0 __asm__("a0") = operation;
  register const void *a1 __asm__("a1") = argument;
  /* These three instructions, uncompressed and within a page, are the call. */
  __asm__ volatile(".balign 16\n\t"
                   ".option push\n\t.option norvc\n\t"
                   "slli x0, x0, 0x1f\n\tebreak\n\tsrai x0, x0, 7\n\t"
                   ".option pop"
                   : "+r"(a0)
                   : "r"(a1)
                   : "memory");
}

void print(const char *text) { semihosting(0x04, text); }

void stop(int status)
{
  const uint32_t reason[2] = {0x20026, (uint32_t)status};
  semihosting(0x20, reason);
  for (;;) {
  }
}

__attribute__((used)) static void begin(void)
{
  uint32_t *from = data_image, *to;
  for (to = data_start; to < data_end; to++) {
    *to = *from++;
  }
  for (to = bss_start; to < bss_end; to++) {
    *to = 0;
  }
  stop(main());
}

__attribute__((section(".start"), naked, used)) void reset(void)
{
  __asm__ volatile("la sp, stack_top\n\tj begin");
}
