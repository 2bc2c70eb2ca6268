/* Checks that stop with the place where they fail, in both precisions: one source for float and, with
   DOUBLE, for double. */
#ifndef CHECK_H
#define CHECK_H

#include "gleaner.h"
#include "text.h"

#ifdef DOUBLE
typedef double real;
#define F(name) name##_f64
#else
typedef float real;
#define F(name) name##_f32
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline void check_failed(unsigned line, const char *what)
{
    text_length = 0;
    put("line");
    put_number(line);
    put(": ");
    put(what);
    end_line();
    device_stop(1);
}

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            check_failed(__LINE__, #condition); \
        } \
    } while (0)

#define STATUS(expected, call) \
    do { \
        const gleaner_status found_ = (call); \
        if (found_ != (expected)) { \
            put(gleaner_status_text(found_)); \
            end_line(); \
            check_failed(__LINE__, #call); \
        } \
    } while (0)

#define OK(call) STATUS(GLEANER_OK, call)

#endif
