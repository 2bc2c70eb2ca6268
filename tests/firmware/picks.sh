#!/usr/bin/env bash
# Runs the selector over an excerpt of the occupancy log on each target, compares decisions, weights and
# factor with the host's, bit for bit.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
readings=1000

gzip -dc "$root/cli/data/occupancy.csv.gz" | awk -v readings="$readings" -f "$here/select/excerpt.awk" \
    >"$out/excerpt.h"
compile_host select-host host.a "$here/select/main.c"
"$out/select-host" >"$out/select-host.txt"
picks=$(grep -c ^pick "$out/select-host.txt")

picks_of() { # target
    target "$1"
    local name=$1 level image
    compile "$name" select.o "$here/select/main.c" -std=c99 -Wpedantic
    compile "$name" minimal.o "$here/select/minimal.c" -std=c99 -Wpedantic
    for level in "${levels[@]}"; do
        for image in select minimal; do
            link_image "$name" "$image-$level.elf" "$name-$level.a" "$out/$name/$image.o"
            run_image "$name" "$image-$level" count
        done
        if ! diff <(grep -v '^#' "$out/$name/select-$level.txt") "$out/select-host.txt" >&2; then
            say "$title: the picks at opt-level $level are not the host's"
            exit 1
        fi
    done
    echo "$title: $picks of $readings readings picked, the same as on the host, at opt-level ${levels[*]}"
}

each_target picks_of "$@"
