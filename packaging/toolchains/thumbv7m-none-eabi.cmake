# Cortex-M3
set(GLEANER_TARGET thumbv7m-none-eabi CACHE STRING "Rust's name of the target")
set(GLEANER_MACHINE "-mcpu=cortex-m3 -mthumb")
include("${CMAKE_CURRENT_LIST_DIR}/arm.cmake")
