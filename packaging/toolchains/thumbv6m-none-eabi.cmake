# Cortex-M0, M0+ and M1
set(GLEANER_TARGET thumbv6m-none-eabi CACHE STRING "Rust's name of the target")
set(GLEANER_MACHINE "-mcpu=cortex-m0 -mthumb")
include("${CMAKE_CURRENT_LIST_DIR}/arm.cmake")
