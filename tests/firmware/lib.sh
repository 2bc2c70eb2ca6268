# What the scripts here share: building archives, compiling, linking, running. To be sourced.
#
# Everything is written below target/firmware (below CARGO_TARGET_DIR where that is set): the archives to
# archives/TARGET-LEVEL.a, a target's objects and images to a directory of its name.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${CARGO_TARGET_DIR:-$root/target}/firmware
. "$here/targets.sh"

# Optimisation levels of the archives; FIRMWARE_LEVELS narrows them down while one works on these scripts.
levels=(${FIRMWARE_LEVELS:-3 s z})

# Seconds that an image may run.
time_limit=600

say() { echo "firmware: $*" >&2; }

# Debian's toolchain, which has the source of `core` for bare metal; nothing of the caller's settings.
debian_cargo() { # opt-level, arguments
    local level=$1
    shift
    env -u RUSTFLAGS -u RUSTC -u RUSTUP_TOOLCHAIN -u CARGO PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 \
        CARGO_TARGET_DIR="$out/build" CARGO_PROFILE_RELEASE_OPT_LEVEL="$level" \
        /usr/bin/cargo "$@"
}

# The toolchain that this machine's user works with.
own_cargo() { # opt-level, arguments
    local level=$1
    shift
    env -u RUSTFLAGS CARGO_TARGET_DIR="$out/build-own" CARGO_PROFILE_RELEASE_OPT_LEVEL="$level" \
        "${CARGO:-cargo}" "$@"
}

# Runs a command that builds without link-time optimisation, in several units.
plain() {
    local -x CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    "$@"
}

# What cargo builds as the C library.
c_library=(--manifest-path "$root/Cargo.toml" -p gleaner-ffi)

# `core` at one level: built once for all, as the `core` of a toolchain that brings it ready made.
core=(--config=profile.release.package.{core,compiler_builtins}.opt-level=3)

# Builds a package's static library for targets, `core` included, into archives/TARGET-NAME.a. One call
# of cargo for all of them, so that they build side by side.
device_archives() { # opt-level, library, NAME, targets, arguments after --
    local level=$1 library=$2 name=$3 names=() triples=()
    shift 3
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        target "$1"
        names+=("$1") triples+=(--target "$triple")
        shift
    done
    shift
    debian_cargo "$level" build --quiet --locked --release --lib -Zbuild-std=core "${core[@]}" \
        "${triples[@]}" "$@"
    mkdir -p "$out/archives"
    local one
    for one in "${names[@]}"; do
        target "$one"
        cp "$out/build/$triple/release/lib$library.a" "$out/archives/$one-$name.a"
    done
}

# The C library for the host, to archives/NAME.a.
host_archive() { # debian_cargo or own_cargo, opt-level, NAME
    "$1" "$2" build --quiet --locked --release --lib "${c_library[@]}"
    mkdir -p "$out/archives"
    case $1 in
    debian_cargo) cp "$out/build/release/libgleaner_ffi.a" "$out/archives/$3.a" ;;
    own_cargo) cp "$out/build-own/release/libgleaner_ffi.a" "$out/archives/$3.a" ;;
    esac
}

# No contraction: a fused product and sum would round otherwise than on the host.
flags=(-Os -ffp-contract=off -Wall -Wextra -Werror
    -I "$here/device" -I "$root/include" -I "$root/ffi/examples" -I "$out")

compile() { # target, object without directory, source, flags
    local name=$1 object=$2 source=$3
    shift 3
    target "$name"
    mkdir -p "$out/$name"
    "${gcc}gcc" "${cpu[@]}" "${flags[@]}" -ffreestanding -ffunction-sections -fdata-sections \
        "$@" -c "$source" -o "$out/$name/$object"
}

compile_host() { # program, archive, source, flags
    local program=$1 archive=$2
    shift 2
    gcc -std=c99 -Wpedantic "${flags[@]}" "$@" "$here/device/host.c" "$out/archives/$archive" \
        -lm -lpthread -ldl -o "$out/$program"
}

# Links startup.o, objects and archive; where a panic path is left, names the functions that contain one.
link_image() { # target, image without directory, archive, objects and flags
    local name=$1 image=$out/$1/$2 archive=$out/archives/$3
    shift 3
    target "$name"
    local link=("${cpu[@]}" -nostdlib -nostartfiles -Wl,--gc-sections -Wl,--no-warn-execstack
        -Wl,--defsym="flash_start=${flash[0]}" -Wl,--defsym="flash_size=${flash[1]}"
        -Wl,--defsym="ram_start=${ram[0]}" -Wl,--defsym="ram_size=${ram[1]}"
        -Wl,--defsym="stack_size=$stack" -Wl,-T,"$here/device/image.ld" "$out/$name/startup.o")
    if "${gcc}gcc" "${link[@]}" "$@" "$archive" -lgcc -o "$image" 2>"$image.log"; then
        return 0
    fi
    cat "$image.log" >&2
    if grep -q gleaner_panic_path_left "$image.log"; then
        say "$title: a panic path is left in $(basename "$image"):"
        "${gcc}gcc" "${link[@]}" "$@" -Wl,--defsym=gleaner_panic_path_left=0 "$archive" -lgcc \
            -o "$image.panics"
        "${gcc}objdump" -dC "$image.panics" |
            awk '/^[0-9a-f]+ </ { name = $0; sub(/^[^<]*</, "", name); sub(/>:$/, "", name) }
                 /\t(bl|blx|b|b\.n|b\.w|j|jal|jalr|tail|call)\t.*(panick|panic_|_failed|_fail>|mismatch)/ {
                     callee = $0; sub(/^[^<]*</, "", callee); sub(/>[^>]*$/, "", callee)
                     if (name !~ /panick|panic_|_fail$/) print "  " name "  ->  " callee }' |
            sort | uniq -c >&2
    fi
    return 1
}

# Runs an image of the target; its text to IMAGE.txt. Instructions are counted where `count` is given.
run_image() { # target, image without directory and .elf, `count` or nothing
    local name=$1 image=$out/$1/$2 with=()
    target "$name"
    [ "${3:-}" = count ] && with=("${count[@]}")
    if ! timeout "$time_limit" "${emulator[@]}" "${with[@]}" -display none -serial none -monitor none \
        -semihosting-config enable=on,target=native -kernel "$image.elf" >"$image.txt" 2>&1; then
        say "$title: $2 failed:"
        cat "$image.txt" >&2
        return 1
    fi
}

# Runs a function for each target, side by side, all of them whatever comes of one; what they print comes in
# the order of the targets. Fails where one failed.
each_target() { # function, targets
    local check=$1 name failed=0
    local -A running
    shift
    for name in "$@"; do
        while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do sleep 0.1; done
        mkdir -p "$out/$name"
        "$check" "$name" >"$out/$name/$check.txt" &
        running[$name]=$!
    done
    for name in "$@"; do
        wait "${running[$name]}" || failed=1
        cat "$out/$name/$check.txt"
    done
    return "$failed"
}
