#!/usr/bin/env bash
# Builds what the other scripts link: the C library at opt-level 3, s and z for the targets named, with a
# panic handler that calls a function that exists nowhere, and for the host; the targets' start.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for level in "${levels[@]}"; do
    say "C library at opt-level $level"
    device_archives "$level" gleaner_ffi "$level" "$@" -- \
        --manifest-path "$root/Cargo.toml" -p gleaner-ffi --features panic-free
done
say "C library for the host"
debian_cargo 3 build --quiet --locked --release --lib --manifest-path "$root/Cargo.toml" -p gleaner-ffi
cp "$out/build/release/libgleaner_ffi.a" "$out/archives/host.a"
for name in "$@"; do
    target "$name"
    compile "$name" startup.o "$here/device/$startup" -std=gnu99 "${clock[@]}"
done
