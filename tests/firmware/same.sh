#!/usr/bin/env bash
# Compares hashes over every decision, score, weight and activation of long streams: on the host with both of
# its compilers and on each target, at opt-level 0, s and 3, with and without link-time optimisation.
#
#   same.sh [--long] target...   --long: a hundred times the readings, for an afternoon
#
# A program prints a line "stream precision count hash hash" at each power of ten. One that runs fewer readings
# prints a part of the lines of the reference, which is the host's at opt-level 3.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
same_levels=(0 s 3)
long=0
[ "${1:-}" != --long ] || { long=1; shift; }

# Readings in closed form and by quadrature, and points of activations: as many as take some seconds.
readings() { # host or target, level
    local closed=1000 quadrature=1000 points=1000
    case $1-$2 in
    host-3) closed=1000000 quadrature=100000 points=1000000 ;;
    host-*) closed=100000 quadrature=10000 points=100000 ;;
    m4f-[3s] | m33-[3s]) closed=10000 quadrature=1000 points=10000 ;;
    esac
    if [ "$long" = 1 ]; then
        case $1 in
        host) closed=1000000 quadrature=1000000 points=1000000 ;;
        *) closed=$((closed * 100)) quadrature=$((quadrature * 10)) points=$((points * 100)) ;;
        esac
    fi
    lengths=(-DCLOSED="$closed" -DQUADRATURE="$quadrature" -DACTIVATIONS="$points")
}

reference=$out/same/reference.txt

compare() { # what, file of lines
    if [ "$(wc -l <"$2")" -lt 4 ] || grep -vxFf "$reference" "$2" >&2; then
        say "$1: these hashes are not those of the host at opt-level 3"
        exit 1
    fi
}

host_hashes() { # archive without .a, level; to same/ARCHIVE.txt
    readings host "$2"
    mkdir -p "$out/same"
    compile_host "same/$1-f32" "$1.a" "$here/same/main.c" "${lengths[@]}"
    compile_host "same/$1-f64" "$1.a" "$here/same/main.c" "${lengths[@]}" -DDOUBLE
    { "$out/same/$1-f32" && "$out/same/$1-f64"; } >"$out/same/$1.txt"
}

host_hashes host 3
cp "$out/same/host.txt" "$reference"
for cargo in debian own; do
    for level in "${same_levels[@]}"; do
        host_archive "${cargo}_cargo" "$level" "host-$cargo-$level"
        plain host_archive "${cargo}_cargo" "$level" "host-$cargo-$level-plain"
        for name in "host-$cargo-$level" "host-$cargo-$level-plain"; do
            host_hashes "$name" "$level"
            compare "$name" "$out/same/$name.txt"
        done
    done
done
versions="$(/usr/bin/rustc --version), $(rustc --version)"
echo "Host, compiled by $versions: $(wc -l <"$reference") hashes at opt-level ${same_levels[*]}, with and" \
    "without link-time optimisation; $(awk '{ print $3 }' "$reference" | sort -n | tail -n 1) decisions at most"

say "C library at opt-level 0"
device_archives 0 gleaner_ffi 0 "$@" -- "${c_library[@]}"
for level in "${same_levels[@]}"; do
    say "C library at opt-level $level without link-time optimisation"
    plain device_archives "$level" gleaner_ffi "$level-plain" "$@" -- "${c_library[@]}"
done

same_of() { # target
    target "$1"
    local name=$1 level form precision image define
    for level in "${same_levels[@]}"; do
        readings "$name" "$level"
        for precision in f32 f64; do
            define=()
            [ $precision = f32 ] || define=(-DDOUBLE)
            compile "$name" "same-$precision.o" "$here/same/main.c" -std=c99 -Wpedantic "${lengths[@]}" \
                "${define[@]}"
            for form in "" -plain; do
                image=same-$precision-$level$form
                link_image "$name" "$image.elf" "$name-$level$form.a" "$out/$name/same-$precision.o"
                run_image "$name" "$image"
                compare "$title, $image" "$out/$name/$image.txt"
            done
        done
    done
    echo "$title: the host's hashes at opt-level ${same_levels[*]}, with and without link-time optimisation"
}

each_target same_of "$@"
