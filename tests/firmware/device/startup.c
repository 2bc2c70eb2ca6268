/* Start, text output, instruction counter and stack depth for QEMU's mps2-an386 (Cortex-M4F).

   QEMU runs with `-icount shift=10`: every instruction moves the virtual clock by 2^10 ns, and the
   board's timer counts down at 25 MHz, so an instruction is 25.6 ticks. */
#include "device.h"

#include <stddef.h>

extern uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[];
extern uint32_t stack_top[];

#define COPROCESSOR_ACCESS (*(volatile uint32_t *)0xE000ED88u)
#define TIMER_CONTROL (*(volatile uint32_t *)0x40000000u)
#define TIMER_VALUE (*(volatile uint32_t *)0x40000004u)
#define TIMER_RELOAD (*(volatile uint32_t *)0x40000008u)

enum { SEMIHOSTING_WRITE0 = 0x04, SEMIHOSTING_EXIT_EXTENDED = 0x20 };

static void semihosting(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

static void stop(int status)
{
    const uint32_t block[2] = {0x20026u, (uint32_t)status};
    semihosting(SEMIHOSTING_EXIT_EXTENDED, block);
    for (;;) {
    }
}

void device_write(const char *text) { semihosting(SEMIHOSTING_WRITE0, text); }

uint32_t device_instructions(void)
{
    /* 25.6 ticks an instruction; the half rounds to the nearest. */
    const uint32_t ticks = 0xFFFFFFFFu - TIMER_VALUE;
    return (uint32_t)(((uint64_t)ticks * 10u + 128u) / 256u);
}

/* Three instructions a turn and one more: what the counter is checked against. */
__attribute__((naked)) void device_spend(uint32_t turns __attribute__((unused)))
{
    __asm__ volatile("1: subs r0, #1\n\t"
                     "nop\n\t"
                     "bne 1b\n\t"
                     "bx lr");
}

/* Both without a frame of their own, so that the depth is that of the caller's calls alone. */
__attribute__((naked)) void stack_paint(void)
{
    __asm__ volatile("ldr r0, =stack_bottom\n\t"
                     "ldr r1, =0xA5C35A3C\n\t"
                     "mov r2, sp\n"
                     "1: cmp r0, r2\n\t"
                     "bhs 2f\n\t"
                     "str r1, [r0], #4\n\t"
                     "b 1b\n"
                     "2: bx lr\n\t"
                     ".ltorg");
}

__attribute__((naked)) uint32_t stack_used(void)
{
    __asm__ volatile("ldr r0, =stack_bottom\n\t"
                     "ldr r1, =0xA5C35A3C\n\t"
                     "mov r2, sp\n"
                     "1: cmp r0, r2\n\t"
                     "bhs 2f\n\t"
                     "ldr r3, [r0]\n\t"
                     "cmp r3, r1\n\t"
                     "bne 2f\n\t"
                     "adds r0, #4\n\t"
                     "b 1b\n"
                     "2: subs r0, r2, r0\n\t"
                     "bx lr\n\t"
                     ".ltorg");
}

static void fault(void)
{
    device_write("fault\n");
    stop(3);
}

void reset(void)
{
    COPROCESSOR_ACCESS |= 0xFu << 20; /* the floating-point unit */
    __asm__ volatile("dsb\n\tisb");
    for (volatile uint32_t *to = data_start, *from = data_image; to < data_end;) {
        *to++ = *from++;
    }
    for (volatile uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
    TIMER_RELOAD = 0xFFFFFFFFu;
    TIMER_VALUE = 0xFFFFFFFFu;
    TIMER_CONTROL = 1u;
    stop(main());
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top, (const void *)reset, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault, NULL,
    NULL, NULL, NULL, (const void *)fault, (const void *)fault, NULL,
    (const void *)fault, (const void *)fault,
};
