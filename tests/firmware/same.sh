#!/usr/bin/env bash
# Compares hashes over every decision, score, weight and activation of streams: on the host with both of its
# compilers and on each target, at opt-level 0, s and 3, with and without link-time optimisation, in both
# precisions.
#
#   same.sh [target...]          what CI runs: on the host, with 10^6 decisions at s and 3, Debian's compiler with
#                                link-time optimisation and this machine's without; on the Cortex-M4F 0, s and 3,
#                                on the other targets s and 3, with link-time optimisation
#   same.sh --all [target...]    all of it on each
#   same.sh --long [target...]   the same over a hundred times the readings: hours
#
# A program prints a line "stream precision count hash hash" at 100, 200, 500, 1000 readings and so on. The
# reference is the host's at opt-level 3; whoever runs fewer readings must print a part of its lines.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
mode=
case ${1:-} in --all | --long) mode=$1 && shift ;; esac
[ $# -gt 0 ] || set -- "${target_names[@]}"
[ "$mode" != --long ] || time_limit=20000

# Readings in closed form, readings of each of two streams by quadrature, points of activations: as many as take
# some seconds.
readings() { # host or target, level, f32 or f64
    case $1-$2-$3 in
    host-[3s]-*) counts=(1000000 100000 1000000) ;;
    host-*) counts=(100000 10000 100000) ;;
    m4f-[3s]-f32 | m33-[3s]-f32) counts=(10000 1000 10000) ;;
    m4f-0-f32 | m33-0-f32) counts=(1000 100 1000) ;;
    *-[3s]-*) counts=(1000 100 1000) ;;
    *) counts=(100 100 500) ;;
    esac
    if [ "$mode" = --long ]; then
        case $1 in
        host) counts=(1000000 1000000 1000000) ;;
        *) counts=("${counts[@]/%/00}") ;;
        esac
    fi
}

# The flags that go with `readings`.
lengths() { echo "-DCLOSED=${counts[0]} -DQUADRATURE=${counts[1]} -DACTIVATIONS=${counts[2]}"; }
define() { [ "$1" = f32 ] || echo -DDOUBLE; }

mkdir -p "$out/same"
reference=$out/same/reference.txt

# All lines are the reference's, and the last one of each stream is there.
compare() { # what, precision, file of lines
    local i=0 stream
    if grep -vxFf "$reference" "$3" >&2; then
        say "$1: these hashes are not those of the host at opt-level 3"
        exit 1
    fi
    for stream in closed:0 kinks:1 smooth:1 activations:2; do
        if ! grep -q "^${stream%:*} $2 ${counts[${stream#*:}]} " "$3"; then
            say "$1: the stream ${stream%:*} did not come to ${counts[${stream#*:}]} readings"
            exit 1
        fi
    done
}

decisions() { echo "$((counts[0] + 2 * counts[1]))"; }

host_hashes() { # archive without .a, level, precision; to same/ARCHIVE-PRECISION.txt
    readings host "$2" "$3"
    compile_host "same/$1-$3" "$1.a" "$here/same/main.c" $(lengths) $(define "$3")
    "$out/same/$1-$3" >"$out/same/$1-$3.txt"
}

host_of() { # debian or own
    local form level archive precision
    for form in $(forms_of "$1"); do
        level=${form%-plain} archive=host-$1-$form
        if [ "$form" = "$level" ]; then
            host_archive "$1_cargo" "$level" "$archive"
        else
            plain host_archive "$1_cargo" "$level" "$archive"
        fi
        for precision in f32 f64; do
            host_hashes "$archive" "$level" "$precision"
            compare "$archive" "$precision" "$out/same/$archive-$precision.txt"
        done
        echo "host, $(compiler_of "$1"), $form: the reference's hashes, $(decisions) decisions in each precision"
    done
}

compiler_of() { if [ "$1" = debian ]; then /usr/bin/rustc --version; else rustc --version; fi; }

# Levels that are compared on a target or with a compiler of the host; `plain`: without link-time optimisation.
forms_of() { # target, debian or own
    case $mode-$1 in
    --*-*) echo "0 0-plain s s-plain 3 3-plain" ;;
    -debian | -m4f) echo "0 s 3" ;;
    -own) echo "0-plain s-plain 3-plain" ;;
    *) echo "s 3" ;;
    esac
}

FIRMWARE_LEVELS="s 3" "$here/build.sh" "$@"
say "hashes on the host"
for precision in f32 f64; do host_hashes host 3 "$precision"; done
cat "$out"/same/host-f??.txt >"$reference"
host_of debian >"$out/same/debian.txt" &
debian=$!
host_of own
wait "$debian"
cat "$out/same/debian.txt"

# What build.sh has not built.
for form in 0 0-plain s-plain 3-plain; do
    building=()
    for name in "$@"; do
        case " $(forms_of "$name") " in *" $form "*) building+=("$name") ;; esac
    done
    [ ${#building[@]} -gt 0 ] || continue
    say "C library, $form"
    if [ "$form" = 0 ]; then
        device_archives 0 gleaner_ffi 0 "${building[@]}" -- "${c_library[@]}"
    else
        plain device_archives "${form%-plain}" gleaner_ffi "$form" "${building[@]}" -- "${c_library[@]}"
    fi
done

same_of() { # target
    local name=$1 form level precision image ran=()
    for form in $(forms_of "$name"); do
        level=${form%-plain}
        for precision in f32 f64; do
            readings "$name" "$level" "$precision"
            image=same-$precision-$form
            compile "$name" "$image.o" "$here/same/main.c" -std=c99 -Wpedantic $(lengths) $(define "$precision")
            link_image "$name" "$image.elf" "$name-$form.a" "$out/$name/$image.o"
            run_image "$name" "$image"
            target "$name"
            compare "$title, $image" "$precision" "$out/$name/$image.txt"
            ran+=("$precision-$form $(decisions)")
        done
    done
    target "$name"
    echo "$title: the host's hashes; decisions compared:$(printf ', %s' "${ran[@]}" | sed 's/^,//')"
}

each_target same_of "$@"
