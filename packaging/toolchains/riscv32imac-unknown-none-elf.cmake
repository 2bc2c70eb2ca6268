# RISC-V with multiplication, atomics and compressed instructions, without floating point.
set(GLEANER_TARGET riscv32imac-unknown-none-elf CACHE STRING "Rust's name of the target")
set(GLEANER_MACHINE "-march=rv32imac -mabi=ilp32")
include("${CMAKE_CURRENT_LIST_DIR}/riscv.cmake")
