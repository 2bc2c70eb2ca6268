#!/usr/bin/env bash
# Runs the programs that check themselves on each target, in both precisions: golden values, and bad input
# at the border.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
level=s

python3 "$here/golden/table.py" "$root/tests/golden" >"$out/golden_table.h"

checks_of() { # target
    target "$1"
    local name=$1 program precision define image
    for program in golden border; do
        for precision in f32 f64; do
            define=()
            [ "$precision" = f32 ] || define=(-DDOUBLE)
            image=$program-$precision
            compile "$name" "$image.o" "$here/$program/main.c" -std=c99 -Wpedantic "${define[@]}"
            link_image "$name" "$image.elf" "$name-$level.a" "$out/$name/$image.o"
            run_image "$name" "$image"
            echo "$title, $precision: $(cat "$out/$name/$image.txt")"
        done
    done
}

each_target checks_of "$@"
