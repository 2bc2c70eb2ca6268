#!/usr/bin/env bash
# Runs a selector over a network of 101 728 parameters on targets with a floating-point unit, in less than 16 KiB of
# RAM, and compares decisions, scores and weights with the host's, bit for bit.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
readings=200

python3 "$here/big/weights.py" >"$out/weights.h"
compile_host big-host host.a "$here/big/main.c" -DREADINGS=$readings
"$out/big-host" >"$out/big-host.txt"

big_of() { # target
    target "$1"
    local name=$1
    compile "$name" big.o "$here/big/main.c" -std=c99 -Wpedantic -DREADINGS=$readings
    link_image "$name" big.elf "$name-s.a" "$out/$name/big.o"
    run_image "$name" big count
    if ! diff <(grep -v '^#' "$out/$name/big.txt") <(grep -v '^#' "$out/big-host.txt") >&2; then
        say "$title: the picks over the big network are not the host's"
        exit 1
    fi
    echo "$title: 101728 parameters, the host's picks; $(grep '^#' "$out/$name/big.txt" | cut -c3-)"
}

chosen=()
for name in "$@"; do
    case $name in m4f | m33) chosen+=("$name") ;; esac
done
[ ${#chosen[@]} -eq 0 ] || each_target big_of "${chosen[@]}"
