#!/usr/bin/env bash
# Measures what the library takes of a device, on every target of targets.sh: flash, RAM, stack and
# instructions. Compares with footprint/limits.txt and with the tables in README.md and FOOTPRINT.md.
#
#   footprint.sh            exit status 0: every figure is within its limit, the tables are near what was measured
#   footprint.sh --write    writes the tables
#   footprint.sh --tighten  lowers limits to what was measured and 3 %, sets those that are `-`; writes the tables
#   footprint.sh --missing  lists the Debian packages that are missing, one a line
#
# Images and what they print: footprint-LEVEL below a target's directory in target/firmware.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
parts=$here/footprint

# Networks: name, inputs, hidden neurons, a bias behind, readings. A `b` behind the name: a bias in every layer.
networks=("5-8-1 5 8 0 200" "16-16-1 16 16 0 20" "64-10-1 64 10 0 4"
    "5-8-1b 5 8 1 40" "16-16-1b 16 16 1 8" "64-10-1b 64 10 1 4")

if [ "${1:-}" = --missing ]; then
    {
        for name in "${target_names[@]}"; do missing "$name"; done
        [ -e /usr/include/newlib/stdio.h ] || echo libnewlib-arm-none-eabi
    } | sort -u
    exit 0
fi

levels_of() { if [ "$1" = m4f ]; then echo 3 s; else echo s; fi; }
# Where programs run, with a counter for long spans: what the M0's 16 KiB cannot hold, on a larger board.
board() { if [ "$1" = m0 ]; then echo m0-large-long; else echo "$1-long"; fi; }
has_float_unit() { [ "$1" = m4f ] || [ "$1" = m33 ]; }

# Compiles sources of footprint/ (no .c) and links them.
program() { # board, level, image, sources, --, flags of the compiler, --, flags of the linker
    local on=$1 level=$2 image=$3 sources=() options=() objects=() one
    shift 3
    while [ "$1" != -- ]; do sources+=("$1") && shift; done
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1") && shift; done
    [ $# -eq 0 ] || shift
    for one in "${sources[@]}"; do
        compile "$on" "footprint-$level/$image-$one.o" "$parts/$one.c" -std=gnu99 "${options[@]}"
        objects+=("$out/$on/footprint-$level/$image-$one.o")
    done
    link_image "$on" "footprint-$level/$image.elf" "${on%%-*}-$level.a" "$@" "${objects[@]}"
}

run_program() { # as program
    program "$@"
    run_image "$1" "footprint-$2/$3" count
}

# The smallest selector, all entry points, and each alone.
sizes() { # target, level
    local name=$1 level=$2 dir=$out/$1/footprint-$2 net inputs hidden bias entry all=()
    program "$name" "$level" empty empty --
    for net in "${networks[@]}"; do
        read -r net inputs hidden bias _ <<<"$net"
        compile "$name" "footprint-$level/minimal-$net.o" "$here/select/minimal.c" -std=c99 \
            -DFEATURES="$inputs" -DNEURONS="$hidden" -DLAST_BIAS="$bias"
        link_image "$(board "$name")" "footprint-$level/minimal-$net.elf" "$name-$level.a" \
            "$dir/minimal-$net.o"
    done
    "${gcc}nm" -g --defined-only "$out/archives/$name-$level.a" 2>/dev/null |
        awk '$2 == "T" && $3 ~ /^gleaner_/ { print $3 }' | sort >"$dir/entries"
    while read -r entry; do
        link_image "$name" "footprint-$level/entry-$entry.elf" "$name-$level.a" -Wl,-u,"$entry" \
            "$dir/empty-empty.o"
        all+=(-Wl,-u,"$entry")
    done <"$dir/entries"
    link_image "$(board "$name")" "footprint-$level/everything.elf" "$name-$level.a" "${all[@]}" \
        "$dir/empty-empty.o"
}

# Stack of every entry point; instructions over a stream, and of pivoting.
runs() { # target, level
    local on level=$2 net inputs hidden bias readings size image
    local entries=(entries entries_model entries_objects entries_samplers entries_selector entries_diagnose entries_networks meter)
    on=$(board "$1")
    # Nothing is counted there.
    for image in stack stack-f64; do
        program "$on" "$level" "$image" "${entries[@]}" -- $([ "$image" = stack ] || echo -DDOUBLE)
        run_image "$on" "footprint-$level/$image"
    done
    for net in "${networks[@]}"; do
        read -r net inputs hidden bias readings <<<"$net"
        size=(-DINPUTS="$inputs" -DHIDDEN="$hidden" -DLAST_BIAS="$bias" -DREADINGS="$readings")
        run_program "$on" "$level" "stream-$net" stream net meter -- "${size[@]}"
        # Billions of instructions where products are functions.
        if [ "$inputs" != 64 ] || has_float_unit "$1"; then
            run_program "$on" "$level" "pivot-$net" pivot net meter -- "${size[@]}"
        fi
    done
}

# The same where libgcc's functions stand for products and sums, by the order of the linker's arguments.
libgcc_runs() { # target, level
    local on level=$2 chosen=()
    on=$(board "$1")
    target "$on"
    # What the archive's functions share with libgcc, as the linker would take them from the archive.
    mapfile -t chosen < <(comm -12 \
        <("${gcc}nm" -g --defined-only "$out/$on/footprint-$level/stream-5-8-1.elf" | awk '{ print $3 }' | sort) \
        <("${gcc}nm" -g --defined-only "$("${gcc}gcc" "${cpu[@]}" -print-libgcc-file-name)" |
            awk '$2 == "T" { print $3 }' | sort -u) | sed 's/^/-Wl,-u,/')
    [ ${#chosen[@]} -gt 0 ]
    run_program "$on" "$level" libgcc-5-8-1 stream net meter -- -DINPUTS=5 -DHIDDEN=8 -DLAST_BIAS=0 \
        -DREADINGS=200 -- "${chosen[@]}" -lgcc
    link_image "$on" "footprint-$level/libgcc-minimal.elf" "$1-$level.a" "${chosen[@]}" -lgcc \
        "$out/$1/footprint-$level/minimal-5-8-1.o"
}

# The kernels as Rust calls them, and a forward pass in plain C, by the fastest code that gcc makes of it.
kernels() { # level
    local level=$1
    compile m4f "footprint-$level/plain.o" "$parts/plain.c" -std=c99 -O3
    link_image m4f "footprint-$level/kernels.elf" "m4f-measure-$level.a" "$out/m4f/footprint-$level/plain.o"
    run_image m4f "footprint-$level/kernels" count
}

# emlearn's elliptic envelope beside the score.
side_by_side() { # level
    local level=$1 optimise=-Os
    [ "$level" = 3 ] && optimise=-O3
    run_program m4f "$level" envelope envelope emlearn meter -- "$optimise" \
        -isystem "$(echo "$out"/footprint/venv/lib/python3*/site-packages/emlearn)"
}

measure() { # target
    local name=$1 level
    for level in $(levels_of "$name"); do
        mkdir -p "$out/$name/footprint-$level" "$out/$(board "$name")/footprint-$level"
        sizes "$name" "$level"
        runs "$name" "$level"
        has_float_unit "$name" || libgcc_runs "$name" "$level"
        if [ "$name" = m4f ]; then
            kernels "$level"
            side_by_side "$level"
        fi
    done
}

mkdir -p "$out/footprint"
if [ ! -e "$out/footprint/venv/done" ]; then
    say "emlearn, for its headers"
    python3 -m venv --clear "$out/footprint/venv"
    "$out/footprint/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes -r "$parts/emlearn.txt"
    touch "$out/footprint/venv/done"
fi

say "libraries"
device_archives 3 gleaner_ffi 3 m4f -- "${c_library[@]}" --features panic-free
device_archives s gleaner_ffi s "${target_names[@]}" -- "${c_library[@]}" --features panic-free
for level in 3 s; do
    device_archives "$level" measure "measure-$level" m4f -- --manifest-path "$here/measure/Cargo.toml"
done
for name in "${target_names[@]}"; do
    for on in "$name" "$(board "$name")"; do
        target "$on"
        compile "$on" startup.o "$here/device/$startup" -std=gnu99 "${clock[@]}"
    done
done

say "images"
each_target measure "${target_names[@]}"

columns=()
for name in "${target_names[@]}"; do
    for level in $(levels_of "$name"); do columns+=("$name-$level:$(board "$name")"); done
done
python3 "$parts/table.py" "$out" "$root" "${1:-}" "${columns[@]}"
