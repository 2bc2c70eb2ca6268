#!/usr/bin/env bash
# A snapshot written on the target and read on the host, and the other way round, in both precisions: its bytes
# are the same on all, and whoever restores it ends with the same sample and factor.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
level=s
strict=(-std=c99 -Wpedantic)

# Printed lines to snapshot.h.
header() { # file of lines, directory
    mkdir -p "$2"
    {
        echo "static const uint8_t snapshot[] = {"
        sed -n 's/^snapshot//p' "$1" | sed 's/[ ]*\([0-9a-f][0-9a-f]\)/0x\1, /g'
        echo "};"
    } >"$2/snapshot.h"
}

# A program per precision: its flag.
define() { [ "$1" = f32 ] || echo -DDOUBLE; }

for precision in f32 f64; do
    compile_host "snapshot-$precision" host.a "$here/snapshot/main.c" $(define $precision)
    "$out/snapshot-$precision" >"$out/snapshot-$precision.txt"
    header "$out/snapshot-$precision.txt" "$out/snapshot-$precision-host"
done

snapshots_of() { # target
    target "$1"
    local name=$1 precision host image written
    for precision in f32 f64; do
        host=$out/snapshot-$precision.txt
        image=snapshot-$precision
        written=$out/$name/$image.txt
        compile "$name" "$image.o" "$here/snapshot/main.c" "${strict[@]}" $(define $precision)
        link_image "$name" "$image.elf" "$name-$level.a" "$out/$name/$image.o"
        run_image "$name" "$image"
        diff "$written" "$host" >&2 || { say "$title: another snapshot than the host's"; exit 1; }

        # Written there, read on the host.
        header "$written" "$out/$name/snapshot-$precision"
        compile_host "$name/restore-$precision-host" host.a "$here/snapshot/main.c" -DRESTORE $(define $precision) \
            -I "$out/$name/snapshot-$precision"
        "$out/$name/restore-$precision-host" | diff - <(grep -v ^snapshot "$host") >&2 ||
            { say "the host does not go on from the snapshot of $title"; exit 1; }

        # Written on the host, read there.
        image=restore-$precision
        compile "$name" "$image.o" "$here/snapshot/main.c" "${strict[@]}" -DRESTORE $(define $precision) \
            -I "$out/snapshot-$precision-host"
        link_image "$name" "$image.elf" "$name-$level.a" "$out/$name/$image.o"
        run_image "$name" "$image"
        diff "$out/$name/$image.txt" <(grep -v ^snapshot "$host") >&2 ||
            { say "$title does not go on from the host's snapshot"; exit 1; }
    done
    echo "$title: a snapshot goes to the host and back, in f32 and f64"
}

each_target snapshots_of "$@"
