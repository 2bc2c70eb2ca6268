/* Prints hashes of streams: the same lines on every target, at every optimisation level. */
#include "device.h"
#include "streams.h"

int main(void)
{
    streams_f32();
    streams_f64();
    return 0;
}
