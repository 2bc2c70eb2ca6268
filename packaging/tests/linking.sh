#!/usr/bin/env bash
# Linking with others, on an emulated Cortex-M4F: C compiled for link-time optimisation, a second Rust
# archive with a panic handler, both without link-time optimisation, one archive for both, and objects for
# another floating-point convention. What a linker or compiler refuses, it says in the words that
# packaging/README.md quotes.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

target=thumbv7em-none-eabihf
tree=$(unpacked $target)
example=$tree/share/gleaner/example
here=$root/packaging/tests
work=$out/linking
rm -rf "$work"
mkdir -p "$work"

flags=(-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -Os -ffunction-sections -fdata-sections
    -Wall -Wextra -Werror -I "$tree/include" -I "$example")
layout=(-nostartfiles -nostdlib -Wl,--gc-sections -Wl,-z,noexecstack -T "$example/image.ld"
    -Wl,--defsym=flash=0,--defsym=ram=0x20000000)

objects() { # name, sources and flags; into NAME/
    local name=$1
    shift
    mkdir -p "$work/$name"
    (
        cd "$work/$name"
        arm-none-eabi-gcc "${flags[@]}" "$@" -Dmain=pick_main -c "$example/board.c"
        arm-none-eabi-gcc "${flags[@]}" "$@" -c "$example/twelve.c" "$example/start_arm.c" "$here/other/both.c"
    )
}

image() { # image, objects' name, archives and flags
    local image=$1 name=$2
    shift 2
    arm-none-eabi-gcc "${flags[@]}" "${layout[@]}" "$work/$name"/*.o "$@" -lgcc -o "$work/$image.elf" \
        2>"$work/$image.log"
}

works() { # image, what it shows
    emulate $target "$work/$1.elf" >"$work/$1.txt" || true
    diff "$work/both.expected" "$work/$1.txt" >&2 || fail "$2: prints something else"
    say "$2: $(size "$work/$1.elf" | awk 'NR == 2 { print $1 }') bytes of code and constants"
}

linked() { # image, what it shows, objects' name, archives and flags
    local image=$1 what=$2
    shift 2
    image "$image" "$@" || { cat "$work/$image.log" >&2; fail "$what: does not link"; }
    works "$image" "$what"
}

# Refused in these words, which the page quotes.
refused() { # log, what it shows, words
    grep -qF -- "$3" "$1" || { cat "$1" >&2; fail "$2: other words than '$3'"; }
    grep -qF -- "$3" "$root/packaging/README.md" || fail "the page does not quote '$3'"
    say "$2: $3"
}

# Debian's toolchain, beside the firmware tests' builds and with their settings, so that `core` and what else
# both need is built once.
once=()
for package in core compiler_builtins nalgebra simba typenum approx num-traits num-rational num-complex num-integer; do
    once+=("--config=profile.release.package.$package.opt-level=3")
done
debian_cargo() { # arguments of `cargo build`
    env -u RUSTFLAGS -u RUSTC -u RUSTUP_TOOLCHAIN -u CARGO PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=s /usr/bin/cargo build --quiet --release --lib -Zbuild-std=core \
        "${once[@]}" --target $target --target-dir "$cargo_dir/firmware/build" "$@"
}
without_lto() { CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 "$@"; }
built=$cargo_dir/firmware/build/$target/release

# The other archive's package, with the versions that gleaner is tested with.
cp -r "$here/other" "$work/other"
sed -i "s|\"../../../ffi/rlib\"|\"$root/ffi/rlib\"|" "$work/other/Cargo.toml"
cp "$root/Cargo.lock" "$work/other/"
other() { # name, arguments
    local name=$1
    shift
    debian_cargo --manifest-path "$work/other/Cargo.toml" "$@"
    cp "$built/libother.a" "$work/$name.a"
}
gleaner() { # name, arguments
    local name=$1
    shift
    debian_cargo --manifest-path "$root/Cargo.toml" --locked -p gleaner-ffi "$@"
    cp "$built/libgleaner_ffi.a" "$work/$name.a"
}

# What the image prints: the example's lines, then what the other archive makes of its two calls. The second
# call panics, in the other archive's handler.
{
    cat "$out/expected.txt"
    echo "mean 20"
    echo "panic in the other archive"
} >"$work/both.expected"

objects plain
objects lto -flto
ours=$tree/lib/libgleaner_small.a

say "building the other archive, with and without link-time optimisation"
other other-lto
without_lto other other-no-lto
without_lto gleaner gleaner-no-lto
other both --features gleaner

linked two "two archives" plain "$ours" "$work/other-lto.a"
linked two-turned "two archives, in the other order" plain "$work/other-lto.a" "$ours"
linked two-mixed "two archives, the other without LTO" plain "$ours" "$work/other-no-lto.a"
linked two-lto "two archives, C with LTO" lto "$ours" "$work/other-lto.a"
linked one "one archive for both" plain "$work/both.a"

# Without link-time optimisation the handlers meet.
if image clash plain "$work/gleaner-no-lto.a" "$work/other-no-lto.a"; then
    fail "two panic handlers were linked: the page says that this fails"
fi
refused "$work/clash.log" "two archives without LTO" "multiple definition of"

# ... unless each archive is joined to one object and keeps its own names to itself.
for name in gleaner other; do
    arm-none-eabi-ld -r --whole-archive "$work/$name-no-lto.a" -o "$work/$name-joined.o"
    arm-none-eabi-objcopy --wildcard --keep-global-symbol="${name}_*" "$work/$name-joined.o"
done
linked joined "two archives without LTO, joined" plain "$work/gleaner-joined.o" "$work/other-joined.o"

# A static library has to have a handler: the compiler refuses one without.
if debian_cargo --manifest-path "$root/Cargo.toml" --locked -p gleaner-ffi --no-default-features \
    2>"$work/no-handler.log"; then
    fail "a static library without a panic handler was built: the page says that this fails"
fi
refused "$work/no-handler.log" "a static library without a handler" \
    "\`#[panic_handler]\` function required, but not found"

# Objects for soft floating point do not mix with a library that takes it in registers.
mkdir -p "$work/soft"
(cd "$work/soft" && arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=soft -I "$tree/include" -I "$example" \
    -c "$example/twelve.c" "$example/board.c" "$example/start_arm.c")
if (cd "$work" && arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=soft "${layout[@]}" soft/*.o "$ours" -lgcc \
    -o soft.elf 2>soft.log); then
    fail "soft-float objects were linked with a hard-float library: the page says that this fails"
fi
refused "$work/soft.log" "soft-float objects" "uses VFP register arguments"
