/* Start of a Cortex-M, and text to a debugger or to QEMU (semihosting). */
#include "start.h"

#include <stdint.h>

extern uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[], stack_top[];

static void semihosting(uint32_t operation, const void *argument)
{
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void print(const char *text) { semihosting(0x04, text); }

void stop(int status)
{
  const uint32_t reason[2] = {0x20026, (uint32_t)status};
  semihosting(0x20, reason);
  for (;;) {
  }
}

static void fault(void)
{
  print("fault\n");
  stop(3);
}

void reset(void)
{
  uint32_t *from = data_image, *to;
#ifdef __ARM_FP
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* the floating-point unit is off after reset */
  __asm__ volatile("dsb\n\tisb");
#endif
  for (to = data_start; to < data_end; to++) {
    *to = *from++;
  }
  for (to = bss_start; to < bss_end; to++) {
    *to = 0;
  }
  stop(main());
}

__attribute__((section(".start"), used)) static const void *const vectors[16] = {
    stack_top, (const void *)reset, (const void *)fault, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, 0, 0, 0, 0, (const void *)fault, (const void *)fault, 0,
    (const void *)fault, (const void *)fault,
};
