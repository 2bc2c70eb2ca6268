// Stops where the program in C++ ends with an error.
#include "gleaner.hpp"
#include "start.h"

gleaner::Status run();

void checked_run()
{
  if (!run().ok()) {
    stop(2);
  }
}
