/* Start, text output, instruction counter and stack depth for a Cortex-M in QEMU.

   Where instructions are counted, QEMU runs with `-icount shift=10`: every instruction moves the virtual
   clock by 2^10 ns, and a timer of the board counts ticks of it: TICKS_FACTOR instructions take
   2^TICKS_SHIFT of them. */
#include "device.h"
#include "start.h"

#include <stddef.h>

extern uint32_t stack_top[];

#define AT(address) (*(volatile uint32_t *)(address))

#if defined TIMER_CMSDK
/* The MPS2 boards' timer, which counts down. */
static void timer_start(void)
{
    AT(TIMER_CMSDK + 0x8u) = 0xFFFFFFFFu; /* reload */
    AT(TIMER_CMSDK + 0x4u) = 0xFFFFFFFFu; /* value */
    AT(TIMER_CMSDK) = 1u;                 /* enable */
}

static uint32_t timer_ticks(void) { return 0xFFFFFFFFu - AT(TIMER_CMSDK + 0x4u); }
#elif defined TIMER_NRF51
/* The micro:bit's first timer, at 16 MHz. */
static void timer_start(void)
{
    AT(TIMER_NRF51 + 0x508u) = 3u; /* 32 bits wide */
    AT(TIMER_NRF51 + 0x510u) = 0u; /* no prescaler */
    AT(TIMER_NRF51 + 0x000u) = 1u; /* start */
}

static uint32_t timer_ticks(void)
{
    AT(TIMER_NRF51 + 0x040u) = 1u; /* capture */
    return AT(TIMER_NRF51 + 0x540u);
}
#else
#error "define the board's timer"
#endif

static void semihosting(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void device_stop(int status)
{
    const uint32_t block[2] = {0x20026u, (uint32_t)status};
    semihosting(SEMIHOSTING_EXIT_EXTENDED, block);
    for (;;) {
    }
}

void device_write(const char *text) { semihosting(SEMIHOSTING_WRITE0, text); }

uint32_t device_instructions(void)
{
    /* Wider than the timer, as long as it is read before it has gone round. */
    static uint32_t last;
    static uint64_t ticks;
    const uint32_t now = timer_ticks();
    ticks += now - last;
    last = now;
    /* Half a tick's worth more rounds to the nearest. No division: its length would depend on the time. */
    return (uint32_t)((ticks * TICKS_FACTOR + (1u << (TICKS_SHIFT - 1))) >> TICKS_SHIFT);
}

/* Three instructions a turn and one more: what the counter is checked against. */
__attribute__((naked)) void device_spend(uint32_t turns __attribute__((unused)))
{
    __asm__ volatile("1: subs r0, r0, #1\n\t"
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
                     "str r1, [r0]\n\t"
                     "adds r0, r0, #4\n\t"
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
                     "adds r0, r0, #4\n\t"
                     "b 1b\n"
                     "2: subs r0, r2, r0\n\t"
                     "bx lr\n\t"
                     ".ltorg");
}

static void fault(void)
{
    device_write("fault\n");
    device_stop(3);
}

void reset(void)
{
#ifdef __ARM_FP
    AT(0xE000ED88u) |= 0xFu << 20; /* access to the floating-point unit */
    __asm__ volatile("dsb\n\tisb");
#endif
    fill_memory();
    timer_start();
    device_stop(main());
}

__attribute__((section(".start"), used)) static const void *const vectors[16] = {
    stack_top, (const void *)reset, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault, NULL,
    NULL, NULL, NULL, (const void *)fault, (const void *)fault, NULL,
    (const void *)fault, (const void *)fault,
};
