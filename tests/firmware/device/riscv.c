/* Start, text output, instruction counter and stack depth for a RISC-V hart in QEMU's virt machine.

   Where instructions are counted, QEMU runs with `-icount shift=0`: the counter of retired instructions is
   then exact. */
#include "device.h"
#include "start.h"

static uint32_t semihosting(uint32_t operation, const void *argument)
{
    register uint32_t a0 __asm__("a0") = operation;
    register const void *a1 __asm__("a1") = argument;
    /* These three, uncompressed and in one page, are the call. */
    __asm__ volatile(".option push\n\t"
                     ".option norvc\n\t"
                     ".balign 16\n\t"
                     "slli zero, zero, 0x1f\n\t"
                     "ebreak\n\t"
                     "srai zero, zero, 7\n\t"
                     ".option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
    return a0;
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
    uint32_t count;
    __asm__ volatile(".option push\n\t"
                     ".option arch, +zicsr\n\t"
                     "csrr %0, minstret\n\t"
                     ".option pop"
                     : "=r"(count));
    return count;
}

/* Three instructions a turn and one more: what the counter is checked against. */
__attribute__((naked)) void device_spend(uint32_t turns __attribute__((unused)))
{
    __asm__ volatile("1: addi a0, a0, -1\n\t"
                     "nop\n\t"
                     "bnez a0, 1b\n\t"
                     "ret");
}

/* Both without a frame of their own, so that the depth is that of the caller's calls alone. */
__attribute__((naked)) void stack_paint(void)
{
    __asm__ volatile("la t0, stack_bottom\n\t"
                     "li t1, 0xA5C35A3C\n"
                     "1: bgeu t0, sp, 2f\n\t"
                     "sw t1, 0(t0)\n\t"
                     "addi t0, t0, 4\n\t"
                     "j 1b\n"
                     "2: ret");
}

__attribute__((naked)) uint32_t stack_used(void)
{
    __asm__ volatile("la t0, stack_bottom\n\t"
                     "li t1, 0xA5C35A3C\n"
                     "1: bgeu t0, sp, 2f\n\t"
                     "lw t2, 0(t0)\n\t"
                     "bne t2, t1, 2f\n\t"
                     "addi t0, t0, 4\n\t"
                     "j 1b\n"
                     "2: sub a0, sp, t0\n\t"
                     "ret");
}

__attribute__((used, aligned(4))) static void fault(void)
{
    device_write("fault\n");
    device_stop(3);
}

__attribute__((used)) static void start(void)
{
    fill_memory();
    device_stop(main());
}

/* The first instruction of the image. */
__attribute__((naked, section(".start"), used)) void reset(void)
{
    __asm__ volatile(".option push\n\t"
                     ".option arch, +zicsr\n\t"
                     "la sp, stack_top\n\t"
                     "la t0, fault\n\t"
                     "csrw mtvec, t0\n\t"
                     "j start\n\t"
                     ".option pop");
}
