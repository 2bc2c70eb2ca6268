/* What libFuzzer calls: the target that the compiler is told of. The border has two precisions; the first byte says
 * which. */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef BORDER
int border_f32(const uint8_t *data, size_t size);
int border_f64(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size == 0) {
    return 0;
  }
  return data[0] & 1 ? border_f64(data + 1, size - 1) : border_f32(data + 1, size - 1);
}
#else
int TARGET(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  return TARGET(data, size);
}
#endif
