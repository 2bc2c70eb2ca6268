/* Counts the instructions and paints the stack around calls of the C face, and keeps the worst of each
   entry point. One source for both precisions. */
#ifndef METER_H
#define METER_H

#include "device.h"
#include "gleaner.h"

#ifdef DOUBLE
typedef double real;
#define F(name) name##_f64
#define SUBNORMAL ((real)1e-310)
#else
typedef float real;
#define F(name) name##_f32
#define SUBNORMAL ((real)1e-41f)
#endif

/* What the meter does around a call: one of both, so that the counter's own stack is not taken for the
   call's. */
enum meter_mode { METER_INSTRUCTIONS, METER_STACK };
extern enum meter_mode meter_mode;

/* Keeps what a call took, if it is more than what the calls of that name before it took. */
void meter_keep(const char *name, uint32_t instructions, uint32_t stack);

/* Says which entry point refused a call; the program then fails. */
void meter_refuse(const char *name, gleaner_status status);

/* Takes a result into the hash (FNV-1a) of all results, which must be the same on every target. */
void meter_hash(real value);

/* Prints a line a name: instructions and bytes of stack, the worst of each; and the hash. 0: no call was
   refused. */
int meter_print(void);

/* Two readings of the counter one after the other differ by this. */
uint32_t meter_idle(void);

/* Runs `call`, an expression, as one of the entry point `name`. */
#define METER(name, call)                                                                                    \
    do {                                                                                                     \
        if (meter_mode == METER_STACK) {                                                                     \
            stack_paint();                                                                                   \
            call;                                                                                            \
            meter_keep(name, 0, stack_used());                                                               \
        } else {                                                                                             \
            const uint32_t before_ = device_instructions();                                                  \
            call;                                                                                            \
            meter_keep(name, device_instructions() - before_ - meter_idle(), 0);                             \
        }                                                                                                    \
    } while (0)

/* The same for one that gives a status, which must be OK. `function` is the name without precision. */
#define RUN(function, ...)                                                                                   \
    do {                                                                                                     \
        gleaner_status status_ = 0;                                                                          \
        METER(#function, status_ = F(function)(__VA_ARGS__));                                                \
        if (status_ != GLEANER_OK) {                                                                         \
            meter_refuse(#function, status_);                                                                \
        }                                                                                                    \
    } while (0)

/* Reading number `i` of a stream: small numbers, every fourth one subnormal, and every fourth one with a
   single subnormal feature. */
void meter_reading(uint32_t i, real *x, uint32_t features);

/* Uniform in (-1, 1), nowhere 0, the same sequence on every target. */
real meter_uniform(uint32_t *state);

#endif
