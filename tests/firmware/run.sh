#!/usr/bin/env bash
# Builds the firmware images for a Cortex-M4F at opt-level 3 and s, proves at link time that no panic
# path is left in them or in any entry point of the C library, runs them in QEMU, compares the picks with
# the host's, and prints sizes, instruction counts and stack beside their targets.
#
#   run.sh            everything; exit status 0: all of it went well
#   run.sh --missing  lists the Debian packages that are missing, one a line
#
# Output: target/firmware (below CARGO_TARGET_DIR where that is set).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${CARGO_TARGET_DIR:-$root/target}/firmware
target=thumbv7em-none-eabihf
readings=1000

say() { echo "firmware: $*" >&2; }

missing() {
    [ -x /usr/bin/cargo ] || echo cargo-web
    [ -x /usr/bin/rustc ] || echo rustc-web
    [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/core" ] ||
        echo rust-web-src
    command -v arm-none-eabi-gcc >/dev/null || echo gcc-arm-none-eabi
    command -v qemu-system-arm >/dev/null || echo qemu-system-arm
}

if [ "${1:-}" = --missing ]; then
    missing
    exit 0
fi
if [ -n "$(missing)" ]; then
    say "install these packages first:" $(missing)
    exit 1
fi
mkdir -p "$out"

# Debian's toolchain, which has the source of `core` for bare metal; nothing of the caller's settings.
debian_cargo() { # opt-level, arguments of `cargo rustc`
    local level=$1
    shift
    env -u RUSTFLAGS -u RUSTC -u RUSTUP_TOOLCHAIN -u CARGO PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 \
        CARGO_TARGET_DIR="$out/build" CARGO_PROFILE_RELEASE_OPT_LEVEL="$level" \
        /usr/bin/cargo rustc --quiet --locked --release --lib --crate-type staticlib "$@"
}

device_library() { # opt-level, name of the archive, arguments; writes NAME-LEVEL.a
    local level=$1 name=$2
    shift 2
    debian_cargo "$level" -Zbuild-std=core --target "$target" "$@"
    cp "$out/build/$target/release/lib$name.a" "$out/$name-$level.a"
}

machine=(-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard)
include=(-I "$here/device" -I "$root/include" -I "$root/ffi/examples" -I "$out")
# No contraction: a fused product and sum would round otherwise than on the host.
flags=(-Os -ffp-contract=off -Wall -Wextra -Werror "${include[@]}")

compile() { # object, source, flags
    local object=$1 source=$2
    shift 2
    arm-none-eabi-gcc "${machine[@]}" "${flags[@]}" -ffreestanding -ffunction-sections -fdata-sections \
        "$@" -c "$source" -o "$object"
}

link=("${machine[@]}" -nostdlib -nostartfiles -Wl,--gc-sections -Wl,--no-warn-execstack
    -Wl,-T,"$here/device/link.ld")

# Links; where a panic path is left, names the functions that contain one.
link_image() { # image, archive, objects and flags
    local image=$1 archive=$2
    shift 2
    if arm-none-eabi-gcc "${link[@]}" "$@" "$archive" -lgcc -o "$image" 2>"$image.log"; then
        return 0
    fi
    cat "$image.log" >&2
    if grep -q gleaner_panic_path_left "$image.log"; then
        say "a panic path is left in $(basename "$image"):"
        arm-none-eabi-gcc "${link[@]}" "$@" -Wl,--defsym=gleaner_panic_path_left=0 "$archive" -lgcc \
            -o "$image.panics"
        arm-none-eabi-objdump -dC "$image.panics" |
            awk '/^[0-9a-f]+ </ { name = $0; sub(/^[^<]*</, "", name); sub(/>:$/, "", name) }
                 /\t(bl|blx|b|b\.n|b\.w)\t.*(panick|panic_|_failed|_fail>|mismatch)/ {
                     callee = $0; sub(/^[^<]*</, "", callee); sub(/>[^>]*$/, "", callee)
                     if (name !~ /panick|panic_|_fail$/) print "  " name "  ->  " callee }' |
            sort | uniq -c >&2
    fi
    return 1
}

run_image() { # image; its text on standard output
    timeout 300 qemu-system-arm -M mps2-an386 -icount shift=10 -display none -serial none -monitor none \
        -semihosting-config enable=on,target=native -kernel "$1" 2>&1
}

section() { # image, sections; their bytes
    local image=$1
    shift
    arm-none-eabi-size -A "$image" | awk -v names=" $* " 'index(names, " " $1 " ") { sum += $2 } END { print sum + 0 }'
}

# The third word of a line that starts with the first, of the file: a figure that a program printed.
figure() { # file, line's name, number of the word
    awk -v name="$2" -v word="$3" '$1 == name { print $word }' "$1"
}

failed=0
rows=()
# name, figure at opt-level 3, figure at s, bound; a bound `< N` holds at opt-level 3, without `<` it is
# what the figure should come to.
row() {
    rows+=("$(printf '| %-46s | %9s | %9s | %9s |' "$1" "$2" "$3" "$4")")
    if [ "${4:0:1}" = "<" ] && [ "$2" -ge "${4#< }" ]; then
        say "$1: $2 at opt-level 3, and the bound is $4"
        failed=1
    fi
}

# The excerpt, and what the host picks from it.
gzip -dc "$root/cli/data/occupancy.csv.gz" | awk -v readings="$readings" -f "$here/select/excerpt.awk" \
    >"$out/excerpt.h"
say "host"
debian_cargo 3 --manifest-path "$root/Cargo.toml" -p gleaner-ffi
gcc -std=c99 -Wpedantic "${flags[@]}" "$here/select/main.c" "$here/device/host.c" \
    "$out/build/release/libgleaner_ffi.a" -lm -lpthread -ldl -o "$out/select-host"
"$out/select-host" >"$out/select-host.txt"
picks=$(grep -c ^pick "$out/select-host.txt")

compile "$out/startup.o" "$here/device/startup.c" -std=gnu99
compile "$out/select.o" "$here/select/main.c" -std=c99 -Wpedantic
compile "$out/minimal.o" "$here/select/minimal.c" -std=c99 -Wpedantic

for level in 3 s; do
    say "C library at opt-level $level"
    device_library "$level" gleaner_ffi --manifest-path "$root/Cargo.toml" -p gleaner-ffi \
        --features panic-free
    archive=$out/gleaner_ffi-$level.a
    arm-none-eabi-nm -g --defined-only "$archive" 2>/dev/null |
        awk '$2 == "T" && $3 ~ /^gleaner_/ { print "-Wl,-u," $3 }' >"$out/entries.txt"
    [ -s "$out/entries.txt" ] || { say "the archive has no entry points"; exit 1; }
    link_image "$out/entries-$level.elf" "$archive" "$out/startup.o" "$out/minimal.o" \
        @"$out/entries.txt" || failed=1

    for image in select minimal; do
        link_image "$out/$image-$level.elf" "$archive" "$out/startup.o" "$out/$image.o" || { failed=1; continue; }
        if ! run_image "$out/$image-$level.elf" >"$out/$image-$level.txt"; then
            say "$image at opt-level $level failed:"
            cat "$out/$image-$level.txt" >&2
            failed=1
        fi
    done
    if ! diff <(grep -v '^#' "$out/select-$level.txt") "$out/select-host.txt" >&2; then
        say "the device's picks at opt-level $level are not the host's"
        failed=1
    fi

    say "kernels at opt-level $level"
    device_library "$level" measure --manifest-path "$here/measure/Cargo.toml"
    link_image "$out/measure-$level.elf" "$out/measure-$level.a" "$out/startup.o" || { failed=1; continue; }
    if ! run_image "$out/measure-$level.elf" >"$out/measure-$level.txt"; then
        say "the kernels at opt-level $level failed:"
        cat "$out/measure-$level.txt" >&2
        failed=1
    fi
done
[ "$failed" = 0 ] || exit 1

both() { # name, program, line's name, word, target
    row "$1" "$(figure "$out/$2-3.txt" "$3" "$4")" "$(figure "$out/$2-s.txt" "$3" "$4")" "$5"
}
offers() { grep "^# offer" "$out/select-$1.txt" | awk -v word="$2" '{ print $word }'; }
flash() { section "$out/$2-$1.elf" .text .data; }

echo "Cortex-M4F: $picks of $readings readings picked, the same as on the host"
row "instructions, in f32" "opt 3" "opt s" "target"
both "factor: observe a row, N = 57" measure factor_observe_57 2 "< 11500"
both "factor: observe a row, N = 20" measure factor_observe_20 2 ""
both "factor: score a row, N = 57" measure factor_score_57 2 ""
both "factor: score a row, N = 20" measure factor_score_20 2 "< 1600"
both "network 5-8-1: output" measure network_value_5_8_1 2 ""
both "network 5-8-1: row" measure network_row_5_8_1 2 ""
both "network 5-8-1: norm of the row" measure network_norm_5_8_1 2 ""
both "reservoir of 100: offer, mean" measure reservoir_offer_100 2 ""
both "reservoir of 100: offer, largest" measure reservoir_offer_100 3 ""
both "selector in Rust, 5-8-1: reading, mean" measure selector_offer_5_8_1 2 "< 15000"
both "selector in Rust, 5-8-1: reading, largest" measure selector_offer_5_8_1 3 ""
both "... with a bias in every layer, mean" measure selector_offer_5_8_1_all_biases 2 ""
row "selector in C, 5-8-1: reading, mean" "$(offers 3 3)" "$(offers s 3)" "< 15000"
row "selector in C, 5-8-1: reading, largest" "$(offers 3 5)" "$(offers s 5)" ""
row "bytes" "opt 3" "opt s" "target"
row "stack of one reading through the selector" "$(offers 3 6)" "$(offers s 6)" ""
row "flash of the minimal image" "$(flash 3 minimal)" "$(flash s minimal)" "14336"
row "flash of the select image" "$(flash 3 select)" "$(flash s select)" ""
row "flash of all entry points" "$(flash 3 entries)" "$(flash s entries)" ""
row "RAM of the minimal image, without stack" "$(section "$out/minimal-3.elf" .data .bss)" \
    "$(section "$out/minimal-s.elf" .data .bss)" ""
printf '%s\n' "${rows[@]}"
exit "$failed"
