/* Pivoting where it has most to do: every column stands more on its own than those before it, so that their
   order is turned round. */
#include "net.h"

static struct F(gleaner_factor) factor;
static real memory[GLEANER_FACTOR_LEN(ORDER)], packed[ORDER * (ORDER + 1) / 2];

int main(void)
{
    uint32_t state = 3;
    size_t at = 0, column, length, rank = 0;
    real lean = 1000;
    for (length = ORDER; length > 0; length--) {
        packed[at++] = 1;
        for (column = 1; column < length; column++) {
            packed[at++] = (real)0.002 * meter_uniform(&state);
        }
    }
    /* What is left of a column without the first one is about 1 / lean^2 of it: from column to column a
       ratio of 1.014, which is above the hundredth that counts as a tie. */
    for (column = 1; column < ORDER; column++) {
        packed[column] = lean;
        lean *= (real)0.993;
    }
    RUN(gleaner_factor_init, &factor, ORDER, 0, memory, GLEANER_FACTOR_LEN(ORDER));
    RUN(gleaner_factor_start, &factor, packed, sizeof packed / sizeof *packed, 10 * ORDER, 0);
    RUN(gleaner_factor_pivot, &factor, &rank);
    return meter_print() || rank != ORDER;
}
