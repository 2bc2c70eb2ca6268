/* What select.cpp asks of a device, on a host. */
#include <stdio.h>

extern "C" void device_write(const char* text);

extern "C" void device_write(const char* text) { fputs(text, stdout); }
