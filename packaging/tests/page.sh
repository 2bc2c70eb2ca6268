#!/usr/bin/env bash
# Runs the commands of packaging/README.md as its reader would: in a folder that holds nothing but the
# archives, with compilers and emulator on the path and neither Rust nor CMake.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

work=$out/page
rm -rf "$work"
mkdir -p "$work/bin" "$work/folder"
for tool in sh cat cp mv tar gzip head tail diff sha256sum gcc as ld arm-none-eabi-gcc qemu-system-arm; do
    ln -s "$(command -v $tool)" "$work/bin/$tool"
done
cp "$archives/SHA256SUMS" "$archives"/gleaner-"$version"-{$host,thumbv7em-none-eabihf}.tar.gz "$work/folder"

# The fenced blocks of shell commands, in order.
awk '/^```/ { inside = $0 == "```sh"; next } inside' "$root/packaging/README.md" >"$work/commands.sh"
[ "$(grep -c . "$work/commands.sh")" -gt 10 ] || fail "the page has no commands"

reader() { # arguments of sh
    (cd "$work/folder" && env -i PATH="$work/bin" HOME="$work" sh "$@")
}
if reader -c 'command -v cargo || command -v rustc || command -v cmake'; then
    fail "the reader's path has Rust or CMake on it"
fi
start=$(date +%s%N)
reader -eu "$work/commands.sh" >"$work/log.txt" 2>&1 || { cat "$work/log.txt" >&2; fail "the page's commands fail"; }
grep -q "the device keeps what the host keeps" "$work/log.txt" || fail "the page's commands end early"
say "the page's commands: $((($(date +%s%N) - start) / 1000000)) ms without Rust and CMake"
