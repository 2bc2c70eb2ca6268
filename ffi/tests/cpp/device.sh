#!/usr/bin/env bash
# gleaner.hpp on an emulated Cortex-M4F: builds the C++ programs for it, links them with the library, runs the one that
# picks, and prints what it picked, then the bytes of flash and RAM of the minimal image in C and in C++.
#
#   device.sh            everything; exit status 0: all of it went well
#   device.sh --missing  lists the Debian packages that are missing, one a line
#
# Output: target/firmware-cpp (below CARGO_TARGET_DIR where that is set).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
firmware=$root/tests/firmware
target_directory=${CARGO_TARGET_DIR:-$root/target}
out=$target_directory/firmware-cpp
target=thumbv7em-none-eabihf

missing() {
    [ -x /usr/bin/cargo ] || echo cargo-web
    [ -x /usr/bin/rustc ] || echo rustc-web
    [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/core" ] ||
        echo rust-web-src
    command -v arm-none-eabi-g++ >/dev/null || echo gcc-arm-none-eabi
    command -v qemu-system-arm >/dev/null || echo qemu-system-arm
}

if [ "${1:-}" = --missing ]; then
    missing
    exit 0
fi
mkdir -p "$out"

# As tests/firmware/run.sh builds it, and from what that has built, where it has.
env -u RUSTFLAGS -u RUSTC -u RUSTUP_TOOLCHAIN -u CARGO PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 \
    CARGO_TARGET_DIR="$target_directory/firmware/build" CARGO_PROFILE_RELEASE_OPT_LEVEL=s \
    /usr/bin/cargo rustc --quiet --locked --release --lib --crate-type staticlib -Zbuild-std=core \
    --target "$target" --manifest-path "$root/Cargo.toml" -p gleaner-ffi --features panic-free
library=$target_directory/firmware/build/$target/release/libgleaner_ffi.a

gzip -dc "$root/cli/data/occupancy.csv.gz" | awk -v readings=1000 -f "$firmware/select/excerpt.awk" \
    >"$out/excerpt.h"

machine=(-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard)
common=("${machine[@]}" -Os -ffp-contract=off -ffreestanding -ffunction-sections -fdata-sections
    -Wall -Wextra -Wpedantic -Werror
    -I "$firmware/device" -I "$root/include" -I "$root/ffi/examples" -I "$out")
cpp=(arm-none-eabi-g++ "${common[@]}" -fno-exceptions -fno-rtti -Wconversion -Wshadow)

arm-none-eabi-gcc "${machine[@]}" -Os -std=gnu99 -ffreestanding -I "$firmware/device" \
    -c "$firmware/device/startup.c" -o "$out/startup.o"
arm-none-eabi-gcc "${common[@]}" -std=c99 -c "$firmware/select/minimal.c" -o "$out/minimal-c.o"
"${cpp[@]}" -std=c++20 -c "$here/minimal.cpp" -o "$out/minimal-20.o"
for name in minimal select; do
    "${cpp[@]}" -std=c++17 -c "$here/$name.cpp" -o "$out/$name-cpp.o"
done

link() { # image, object: without the C++ library, so nothing of it can be wanted
    arm-none-eabi-gcc "${machine[@]}" -nostdlib -nostartfiles -Wl,--gc-sections -Wl,--no-warn-execstack \
        -Wl,-T,"$firmware/device/link.ld" "$out/startup.o" "$2" "$library" -lgcc -o "$1"
}
for image in minimal-c minimal-cpp select-cpp; do
    link "$out/$image.elf" "$out/$image.o"
done

timeout 300 qemu-system-arm -M mps2-an386 -icount shift=10 -display none -serial none -monitor none \
    -semihosting-config enable=on,target=native -kernel "$out/select-cpp.elf" 2>&1

section() { # image, sections; their bytes
    local image=$1
    shift
    arm-none-eabi-size -A "$out/$image" | awk -v names=" $* " 'index(names, " " $1 " ") { sum += $2 } END { print sum + 0 }'
}
for language in c cpp; do
    echo "# $language flash $(section minimal-$language.elf .text .data)" \
        "ram $(section minimal-$language.elf .data .bss)"
done
