# Cortex-M33 with floating point in registers, single precision in hardware.
set(GLEANER_TARGET thumbv8m.main-none-eabihf CACHE STRING "Rust's name of the target")
set(GLEANER_MACHINE "-mcpu=cortex-m33 -mthumb -mfpu=fpv5-sp-d16 -mfloat-abi=hard")
include("${CMAKE_CURRENT_LIST_DIR}/arm.cmake")
