#!/usr/bin/env bash
# Builds the firmware images for a Cortex-M4F at opt-level 3 and s, proves at link time that no panic
# path is left, runs them in QEMU, compares the picks with the host's and prints sizes, instruction
# counts and stack beside their targets. Exit status 0: all of it went well.
#
#   run.sh            everything
#   run.sh --missing  lists the Debian packages that are missing, one a line
#
# Output: target/firmware (below CARGO_TARGET_DIR where that is set).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${CARGO_TARGET_DIR:-$root/target}/firmware
target=thumbv7em-none-eabihf

missing() {
    [ -x /usr/bin/cargo ] || echo cargo-web
    [ -x /usr/bin/rustc ] || echo rustc-web
    [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/core" ] || echo rust-web-src
    command -v arm-none-eabi-gcc >/dev/null || echo gcc-arm-none-eabi
    command -v qemu-system-arm >/dev/null || echo qemu-system-arm
}

if [ "${1:-}" = --missing ]; then
    missing
    exit 0
fi
if [ -n "$(missing)" ]; then
    echo "firmware: install these packages first:" $(missing) >&2
    exit 1
fi
mkdir -p "$out"

say() { echo "firmware: $*" >&2; }

# Debian's toolchain, which has the source of `core` for bare metal; nothing of the caller's settings.
cargo_device() { # manifest, opt-level, arguments
    local manifest=$1 level=$2
    shift 2
    env -u RUSTFLAGS -u RUSTC -u RUSTUP_TOOLCHAIN -u CARGO PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 \
        CARGO_TARGET_DIR="$out/build" CARGO_PROFILE_RELEASE_OPT_LEVEL="$level" \
        /usr/bin/cargo build --quiet --locked --release -Zbuild-std=core --target "$target" \
        --manifest-path "$manifest" "$@"
}

machine=(-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard)
link=("${machine[@]}" -nostdlib -nostartfiles -Wl,--gc-sections -Wl,-T,"$here/device/link.ld")

# No contraction: a fused product and sum would round otherwise than on the host.
compile() { # object, source, flags
    local object=$1 source=$2
    shift 2
    arm-none-eabi-gcc "${machine[@]}" -Os -ffp-contract=off -ffreestanding -ffunction-sections \
        -fdata-sections -Wall -Wextra -Werror -I "$here/device" -I "$root/include" "$@" \
        -c "$source" -o "$object"
}

# Links; where a panic path is left, names the functions that contain one.
link_image() { # image, archive, arguments
    local image=$1 archive=$2
    shift 2
    if arm-none-eabi-gcc "${link[@]}" "$@" "$archive" -lgcc -o "$image" 2>"$image.log"; then
        return 0
    fi
    cat "$image.log" >&2
    if grep -q gleaner_panic_path_left "$image.log"; then
        say "a panic path is left in $(basename "$image"); these functions contain one:"
        arm-none-eabi-gcc "${link[@]}" "$@" -Wl,--defsym=gleaner_panic_path_left=0 "$archive" -lgcc \
            -o "$image.panics"
        arm-none-eabi-objdump -dC "$image.panics" |
            awk '/^[0-9a-f]+ </ { name = $0; sub(/^[^<]*</, "", name); sub(/>:$/, "", name) }
                 /\t(bl|b|b\.n|b\.w|blx)\t.*(core::panicking|panic_|unwrap_failed|expect_failed|slice_.*_fail|len_mismatch)/ {
                     callee = $0; sub(/^[^<]*</, "", callee); sub(/>.*$/, "", callee)
                     if (name !~ /panicking|panic_|_fail/) print "  " name "  ->  " callee }' |
            sort | uniq -c >&2
    fi
    return 1
}

run_image() { # image; text on standard output
    timeout 300 qemu-system-arm -M mps2-an386 -icount shift=10 -display none -serial none -monitor none \
        -semihosting-config enable=on,target=native -kernel "$1" 2>&1
}

failed=0
for level in 3 s; do
    say "kernels at opt-level $level"
    cargo_device "$here/measure/Cargo.toml" "$level"
    cp "$out/build/$target/release/libmeasure.a" "$out/measure-$level.a"
    compile "$out/startup.o" "$here/device/startup.c" -std=gnu99
    link_image "$out/measure-$level.elf" "$out/measure-$level.a" "$out/startup.o" || { failed=1; continue; }
    run_image "$out/measure-$level.elf" >"$out/measure-$level.txt" || { cat "$out/measure-$level.txt" >&2; failed=1; }
    cat "$out/measure-$level.txt"
done
exit "$failed"
