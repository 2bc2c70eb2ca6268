#include "meter.h"

enum { NAMES = 280 };

static struct {
    const char *name;
    uint32_t instructions, stack;
} worst[NAMES];
static unsigned names, refused;
static uint32_t hash = 2166136261u;

enum meter_mode meter_mode;

static int same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

void meter_keep(const char *name, uint32_t instructions, uint32_t stack)
{
    unsigned i = 0;
    while (i < names && !same(worst[i].name, name)) {
        i++;
    }
    if (i == NAMES) {
        refused++;
        device_write("too many names\n");
        return;
    }
    if (i == names) {
        worst[names++].name = name;
    }
    if (instructions > worst[i].instructions) {
        worst[i].instructions = instructions;
    }
    if (stack > worst[i].stack) {
        worst[i].stack = stack;
    }
}

void meter_refuse(const char *name, gleaner_status status)
{
    refused++;
    device_write(name);
    device_write(": ");
    device_write(gleaner_status_text(status));
    device_write("\n");
}

void meter_hash(real value)
{
    union {
        real value;
        uint32_t words[sizeof(real) / sizeof(uint32_t)];
    } both;
    unsigned i;
    both.value = value;
    for (i = 0; i < sizeof both / sizeof *both.words; i++) {
        hash = (hash ^ both.words[i]) * 16777619u;
    }
}

uint32_t meter_idle(void)
{
    static uint32_t idle;
    if (idle == 0) {
        idle = device_instructions();
        idle = device_instructions() - idle;
    }
    return idle;
}

static void put_number(uint32_t value)
{
    char digits[12];
    unsigned start = sizeof digits - 1;
    digits[start] = '\0';
    do {
        digits[--start] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0u);
    digits[--start] = ' ';
    device_write(digits + start);
}

int meter_print(void)
{
    unsigned i;
    for (i = 0; i < names; i++) {
        device_write(worst[i].name);
        put_number(worst[i].instructions);
        put_number(worst[i].stack);
        device_write("\n");
    }
    device_write("# results");
    put_number(hash);
    device_write("\n");
    return refused != 0;
}

real meter_uniform(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (real)((int32_t)(*state >> 9 << 1) - (1 << 23) + 1) / (real)(1 << 23);
}

void meter_reading(uint32_t i, real *x, uint32_t features)
{
    uint32_t state = i * 2654435761u + 12345u, feature;
    for (feature = 0; feature < features; feature++) {
        x[feature] = meter_uniform(&state);
        if (i % 4u == 1u || (i % 4u == 2u && feature == i / 4u % features)) {
            x[feature] *= SUBNORMAL;
        }
    }
}
