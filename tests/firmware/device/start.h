/* What every start does before main: static data to RAM, the rest of it zeroed. */
#ifndef START_H
#define START_H

#include <stdint.h>

extern uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[];

/* Semihosting: what the emulator does for the program. */
enum { SEMIHOSTING_WRITE0 = 0x04, SEMIHOSTING_EXIT_EXTENDED = 0x20 };

static inline void fill_memory(void)
{
    const volatile uint32_t *from = data_image;
    volatile uint32_t *to;
    for (to = data_start; to < data_end;) {
        *to++ = *from++;
    }
    for (to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
}

#endif
