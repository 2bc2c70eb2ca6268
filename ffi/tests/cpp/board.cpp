/* The board of twelve.c, for twelve.cpp. */
#include "gleaner.hpp"

#include <stdio.h>
#include <stdlib.h>

gleaner::Status run();
void run_or_stop();

void run_or_stop() {
  if (const auto status = run(); !status.ok()) {
    puts(status.text());
    exit(1);
  }
}

#define run run_or_stop
#include "../c/board.c"
