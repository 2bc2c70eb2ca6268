#!/usr/bin/env bash
# Linking with others, on an emulated Cortex-M4F: C compiled for link-time optimisation, a second Rust
# archive with a panic handler, both without link-time optimisation, one archive for both, and objects for
# another floating-point convention. On this machine: a second archive with Rust's standard library. What a
# linker or compiler refuses, it says in the words that packaging/README.md quotes.
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

archive() { # library, name, arguments of cargo
    local library=$1 name=$2
    shift 2
    firmware ${plain:-} device_archives s "$library" "$name" m4f -- "$@"
    cp "$cargo_dir/firmware/archives/m4f-$name.a" "$work/$name.a"
}

# The other archive's package, with the versions that gleaner is tested with.
cp -r "$here/other" "$work/other"
sed -i "s|\"../../../ffi/rlib\"|\"$root/ffi/rlib\"|" "$work/other/Cargo.toml"
cp "$root/Cargo.lock" "$work/other/"
quietly cargo update --workspace --manifest-path "$work/other/Cargo.toml"
other=(--manifest-path "$work/other/Cargo.toml")
gleaner=(--manifest-path "$root/Cargo.toml" -p gleaner-ffi)

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
archive other other-lto "${other[@]}"
plain=plain archive other other-plain "${other[@]}"
plain=plain archive gleaner_ffi s-plain "${gleaner[@]}"
archive other both "${other[@]}" --features gleaner

linked two "two archives" plain "$ours" "$work/other-lto.a"
linked two-turned "two archives, in the other order" plain "$work/other-lto.a" "$ours"
linked two-mixed "two archives, the other without LTO" plain "$ours" "$work/other-plain.a"
linked two-ours "two archives, ours without LTO" plain "$work/s-plain.a" "$work/other-lto.a"
linked two-lto "two archives, C with LTO" lto "$ours" "$work/other-lto.a"
linked one "one archive for both" plain "$work/both.a"

# Without link-time optimisation the handlers meet.
if image clash plain "$work/s-plain.a" "$work/other-plain.a"; then
    fail "two panic handlers were linked: the page says that this fails"
fi
refused "$work/clash.log" "two archives without LTO" \
    "multiple definition of \`__rustc::rust_begin_unwind'"

# ... unless one archive is joined to one object and keeps its names to itself.
arm-none-eabi-ld -r --whole-archive "$work/other-plain.a" -o "$work/joined.o"
arm-none-eabi-objcopy --wildcard --keep-global-symbol='other_*' "$work/joined.o"
linked joined "two archives without LTO, one joined" plain "$work/s-plain.a" "$work/joined.o"

# A static library has to have a handler: the compiler refuses one without.
if firmware device_archives s gleaner_ffi none m4f -- "${gleaner[@]}" --no-default-features \
    2>"$work/no-handler.log"; then
    fail "a static library without a panic handler was built: the page says that this fails"
fi
refused "$work/no-handler.log" "a static library without a handler" \
    "\`#[panic_handler]\` function required, but not found"

# Objects that pass floating point in other registers do not mix with the library.
for abi in soft softfp; do
    machine=(-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=$abi)
    mkdir -p "$work/$abi"
    (cd "$work/$abi" && arm-none-eabi-gcc "${machine[@]}" -I "$tree/include" -I "$example" \
        -c "$example/twelve.c" "$example/board.c" "$example/start_arm.c")
    if (cd "$work" && arm-none-eabi-gcc "${machine[@]}" "${layout[@]}" $abi/*.o "$ours" -lgcc \
        -o $abi.elf 2>$abi.log); then
        fail "$abi objects were linked with a hard-float library: the page says that this fails"
    fi
    refused "$work/$abi.log" "$abi objects" "uses VFP register arguments"
done

# On a host both archives bring Rust's standard library; the shared library keeps its own to itself.
tree=$(unpacked $host)
example=$tree/share/gleaner/example
mkdir -p "$work/host"
(
    cd "$work/host"
    rustc --edition 2024 --crate-type staticlib "$here/other/host.rs" -o libother.a
    gcc -I "$tree/include" -Dmain=pick_main -c "$example/board.c"
    gcc -I "$tree/include" -I "$example" -c "$example/twelve.c" "$example/start_host.c" "$here/other/both.c"
    gcc ./*.o libother.a -L "$tree/lib" -lgleaner -lpthread -ldl -lm -o shared
    LD_LIBRARY_PATH=$tree/lib ./shared >shared.txt 2>shared.log
)
diff "$work/both.expected" "$work/host/shared.txt" >&2 || fail "on Linux: prints something else"
say "on Linux, another archive and our shared library: links"
if (cd "$work/host" && gcc ./*.o libother.a "$tree/lib/libgleaner.a" -lpthread -ldl -lm -o static 2>static.log); then
    fail "two static libraries with Rust's standard library were linked: the page says that this fails"
fi
refused "$work/host/static.log" "on Linux, two static libraries" "multiple definition of \`rust_eh_personality'"
