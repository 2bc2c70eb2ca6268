/* Lines of text without a C library: parts are put together, then written. And hashes of what the lines
   are about. */
#ifndef TEXT_H
#define TEXT_H

#include "device.h"

static char text_line[128];
static unsigned text_length;

static inline void put(const char *text)
{
    while (*text != '\0' && text_length + 2 < sizeof text_line) {
        text_line[text_length++] = *text++;
    }
}

static inline void end_line(void)
{
    text_line[text_length++] = '\n';
    text_line[text_length] = '\0';
    device_write(text_line);
    text_length = 0;
}

static inline void put_number(uint32_t value)
{
    char digits[11];
    unsigned start = sizeof digits - 1;
    digits[start] = '\0';
    do {
        digits[--start] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0u);
    put(" ");
    put(digits + start);
}

static inline void put_hex(uint32_t value)
{
    char digits[9];
    unsigned i;
    for (i = 0; i < 8; i++) {
        digits[i] = "0123456789abcdef"[value >> (28u - 4u * i) & 15u];
    }
    digits[8] = '\0';
    put(" ");
    put(digits);
}

static inline uint32_t bits(float value)
{
    union {
        float value;
        uint32_t bits;
    } both;
    both.value = value;
    return both.bits;
}

/* FNV-1a, a word at a time. */
static const uint32_t hash_start = 2166136261u;

static inline uint32_t hash(uint32_t start, uint32_t word) { return (start ^ word) * 16777619u; }

#endif
