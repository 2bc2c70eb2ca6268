/* What the programs need of the machine they run on: lines of text out, an instruction counter, the
   depth of the stack. `cortex_m.c` and `riscv.c` implement it for the emulated targets, `host.c` for a host. */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdint.h>

/* Writes a text without adding a line end. */
void device_write(const char *text);

/* Instructions since the start, modulo 2^32, where it is asked once in 10^8 of them; 0 on a host. */
uint32_t device_instructions(void);

/* Takes 3 turns + 1 instructions; on the device only. */
void device_spend(uint32_t turns);

/* Fills the unused stack with a pattern. */
void stack_paint(void);

/* Bytes of stack below the caller's frame that were used since the last `stack_paint`; 0 on a host. */
uint32_t stack_used(void);

/* Ends the program with this exit status. */
__attribute__((noreturn)) void device_stop(int status);

/* Runs once; its result is the exit status of the emulator or process. */
int main(void);

#endif
