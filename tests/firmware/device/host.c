/* The same on a host, where nothing is counted: a program prints there what it prints on the device. */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>

void device_write(const char *text) { fputs(text, stdout); }

uint32_t device_instructions(void) { return 0; }

void stack_paint(void) {}

uint32_t stack_used(void) { return 0; }

void device_stop(int status) { exit(status); }
