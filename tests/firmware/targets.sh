# The targets: a name each, and by `target NAME` what belongs to it. To be sourced.
#
#   title    what a reader calls it
#   triple   Rust's name of it
#   gcc      prefix of the C compiler and its tools
#   cpu      the C compiler's flags
#   startup  source of its start, text output and instruction counter
#   clock    flags for that source: the timer that counts instructions
#   emulator command that runs an image; the image's path comes behind
#   count    its arguments where instructions are counted
#   flash, ram, stack   start and length of its memories, size of its stack

target_names=(m0 m3 m4f m33 imc imac)

cortex_m() { # architecture, its flags
    gcc=arm-none-eabi-
    cpu=(-mthumb -masm-syntax-unified "$@")
    startup=cortex_m.c
    count=(-icount shift=10)
    stack=8K
}

cortex_m_on_mps2() { # machine, its timer, factor and shift of a tick, start of flash and ram
    emulator=(qemu-system-arm -M "$1")
    clock=(-DTIMER_CMSDK="$2u" -DTICKS_FACTOR="$3" -DTICKS_SHIFT="$4")
    flash=("$5" 4M)
    ram=("$6" 4M)
}

riscv() { # architecture, the emulated processor's extensions
    gcc=riscv64-unknown-elf-
    cpu=(-march="$1" -mabi=ilp32)
    startup=riscv.c
    clock=()
    emulator=(qemu-system-riscv32 -M virt -bios none -cpu "$2")
    count=(-icount shift=0)
    flash=(0x80000000 4M)
    ram=(0x80400000 4M)
    stack=8K
}

target() { # name
    case $1 in
    m0)
        title=Cortex-M0 triple=thumbv6m-none-eabi
        cortex_m -mcpu=cortex-m0
        emulator=(qemu-system-arm -M microbit)
        clock=(-DTIMER_NRF51=0x40008000u -DTICKS_FACTOR=125 -DTICKS_SHIFT=11)
        flash=(0x00000000 256K)
        ram=(0x20000000 16K)
        stack=4K
        ;;
    m3)
        title=Cortex-M3 triple=thumbv7m-none-eabi
        cortex_m -mcpu=cortex-m3
        cortex_m_on_mps2 mps2-an385 0x40000000 10 8 0x00000000 0x20000000
        ;;
    m4f)
        title=Cortex-M4F triple=thumbv7em-none-eabihf
        cortex_m -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
        cortex_m_on_mps2 mps2-an386 0x40000000 10 8 0x00000000 0x20000000
        ;;
    m33)
        title=Cortex-M33 triple=thumbv8m.main-none-eabihf
        cortex_m -mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard
        # The secure side, where the processor starts; its bus runs at 20 MHz.
        cortex_m_on_mps2 mps2-an505 0x50000000 25 9 0x10000000 0x38000000
        ;;
    imc)
        title="RISC-V imc" triple=riscv32imc-unknown-none-elf
        riscv rv32imc rv32,a=off,f=off,d=off
        ;;
    imac)
        title="RISC-V imac" triple=riscv32imac-unknown-none-elf
        riscv rv32imac rv32,f=off,d=off
        ;;
    m0-large)
        # For what 16 KiB cannot hold: its code on the board of the M3, whose instructions include its own.
        target m0
        cortex_m_on_mps2 mps2-an385 0x40000000 10 8 0x00000000 0x20000000
        stack=8K
        ;;
    *-long)
        # For up to 2^32 instructions, counted to the nearest or the one beside it: 32 ns each.
        target "${1%-long}"
        case $1 in
        m33-long) clock+=(-UTICKS_FACTOR -DTICKS_FACTOR=25 -UTICKS_SHIFT -DTICKS_SHIFT=4) ;;
        m*-long) clock+=(-UTICKS_FACTOR -DTICKS_FACTOR=5 -UTICKS_SHIFT -DTICKS_SHIFT=2) ;;
        esac
        [ "$startup" = riscv.c ] || count=(-icount shift=5)
        ;;
    *)
        echo "no target $1; there are: ${target_names[*]}" >&2
        return 1
        ;;
    esac
}

# Debian packages that the target needs and this machine lacks, one a line.
missing() { # name
    target "$1"
    [ -x /usr/bin/cargo ] || echo cargo-web
    [ -x /usr/bin/rustc ] || echo rustc-web
    [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/core" ] ||
        echo rust-web-src
    command -v "${gcc}gcc" >/dev/null || echo "gcc-${gcc%-}"
    command -v "${emulator[0]}" >/dev/null ||
        case ${emulator[0]} in
        qemu-system-arm) echo qemu-system-arm ;;
        *) echo qemu-system-misc ;;
        esac
}
