# RISC-V with multiplication and compressed instructions, without atomics and floating point.
set(GLEANER_TARGET riscv32imc-unknown-none-elf CACHE STRING "Rust's name of the target")
set(GLEANER_MACHINE "-march=rv32imc -mabi=ilp32")
include("${CMAKE_CURRENT_LIST_DIR}/riscv.cmake")
