# Cortex-M4F and M7F: floating point in registers, single precision in hardware.
set(GLEANER_TARGET thumbv7em-none-eabihf CACHE STRING "Rust's name of the target")
set(GLEANER_MACHINE "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard")
include("${CMAKE_CURRENT_LIST_DIR}/arm.cmake")
