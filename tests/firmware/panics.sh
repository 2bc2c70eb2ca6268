#!/usr/bin/env bash
# Proves that no entry point of the C library has a panic path: an image with all of them links, though the
# panic handler calls a function that exists nowhere.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

panics_of() { # target
    target "$1"
    local name=$1 level entries=$out/$1/entries.txt
    compile "$name" minimal.o "$here/select/minimal.c" -std=c99 -Wpedantic
    for level in "${levels[@]}"; do
        "${gcc}nm" -g --defined-only "$out/archives/$name-$level.a" 2>/dev/null |
            awk '$2 == "T" && $3 ~ /^gleaner_/ { print "-Wl,-u," $3 }' | sort >"$entries" || true
        [ -s "$entries" ] || { say "$title: the archive has no entry points"; exit 1; }
        # Never run, so that it need not fit the machine.
        link_image "$name" "entries-$level.elf" "$name-$level.a" "$out/$name/minimal.o" @"$entries" \
            -Wl,--defsym=flash_size=4M
    done
    echo "$title: no panic path in $(wc -l <"$entries") entry points at opt-level ${levels[*]}"
}

each_target panics_of "$@"
