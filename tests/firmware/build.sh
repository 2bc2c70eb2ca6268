#!/usr/bin/env bash
# Builds what the other scripts link, for the targets named and for the host.
#
#   archives/TARGET-LEVEL.a  the C library in the release profile at opt-level 3, s and z; its panic handler
#                            calls a function that exists nowhere
#   archives/host.a          the same for the host, at opt-level 3
#   TARGET/startup.o         the target's start
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for level in "${levels[@]}"; do
    say "C library at opt-level $level"
    device_archives "$level" gleaner_ffi "$level" "$@" -- "${c_library[@]}" --features panic-free
done
say "C library for the host"
host_archive debian_cargo 3 host
for name in "$@"; do
    target "$name"
    compile "$name" startup.o "$here/device/$startup" -std=gnu99 "${clock[@]}"
done
