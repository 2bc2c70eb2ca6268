#!/usr/bin/env bash
# gleaner.hpp on an emulated Cortex-M4F: builds the C++ programs for it, links them with the library, runs the one that
# picks, and prints what it picked, then the bytes of flash and RAM of the minimal image in C and in C++.
#
#   device.sh            everything; exit status 0: all of it went well
#   device.sh --missing  lists the Debian packages that are missing, one a line
#
# Output: target/firmware (below CARGO_TARGET_DIR where that is set).
. "$(dirname "${BASH_SOURCE[0]}")/../../../tests/firmware/lib.sh"
sources=$root/ffi/tests/cpp

if [ "${1:-}" = --missing ]; then
    missing m4f
    exit 0
fi

# As tests/firmware/build.sh builds it, and from what that has built, where it has.
device_archives s gleaner_ffi s m4f -- "${c_library[@]}" --features panic-free
gzip -dc "$root/cli/data/occupancy.csv.gz" | awk -v readings=1000 -f "$here/select/excerpt.awk" >"$out/excerpt.h"

target m4f
compile m4f startup.o "$here/device/$startup" -std=gnu99 "${clock[@]}"
compile m4f minimal-c.o "$here/select/minimal.c" -std=c99 -Wpedantic
cpp=("${gcc}g++" "${cpu[@]}" "${flags[@]}" -ffreestanding -ffunction-sections -fdata-sections -Wpedantic
    -fno-exceptions -fno-rtti -Wconversion -Wshadow)
"${cpp[@]}" -std=c++20 -c "$sources/minimal.cpp" -o "$out/m4f/minimal-20.o"
for name in minimal select; do
    "${cpp[@]}" -std=c++17 -c "$sources/$name.cpp" -o "$out/m4f/$name-cpp.o"
done

# Without the C++ library, so nothing of it can be wanted.
for image in minimal-c minimal-cpp select-cpp; do
    link_image m4f "$image.elf" m4f-s.a "$out/m4f/$image.o"
done
run_image m4f select-cpp
cat "$out/m4f/select-cpp.txt"

section() { # image, sections; their bytes
    local image=$1
    shift
    arm-none-eabi-size -A "$out/m4f/$image" | awk -v names=" $* " 'index(names, " " $1 " ") { sum += $2 } END { print sum + 0 }'
}
for language in c cpp; do
    echo "# $language flash $(section minimal-$language.elf .text .data)" \
        "ram $(section minimal-$language.elf .data .bss)"
done
