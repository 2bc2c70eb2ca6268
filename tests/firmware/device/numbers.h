/* Numbers without a library of functions: the same on every target, in both precisions. */
#ifndef NUMBERS_H
#define NUMBERS_H

#include "check.h"

/* Marsaglia's generator of 32 bits. */
static uint32_t numbers_state;

static inline void numbers_start(void) { numbers_state = 2463534242u; }

static inline uint32_t next_integer(void)
{
    numbers_state ^= numbers_state << 13;
    numbers_state ^= numbers_state >> 17;
    numbers_state ^= numbers_state << 5;
    return numbers_state;
}

/* In [-2, 2), on a grid that a float holds. */
static inline real next_number(void)
{
    return (real)((int32_t)(next_integer() >> 8) - 8388608) * (real)0x1p-22;
}

static inline uint32_t hash_real(uint32_t start, real value)
{
    union {
        real value;
        uint32_t words[sizeof(real) / 4];
    } both;
    unsigned i;
    both.value = value;
    for (i = 0; i < COUNT(both.words); i++) {
        start = hash(start, both.words[i]);
    }
    return start;
}

#endif
