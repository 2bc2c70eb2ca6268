#!/usr/bin/env bash
# The library on bare metal: builds it for every target of targets.sh, links firmware by the target's C
# compiler, runs it in QEMU and compares with the host.
#
#   run.sh [target...]   all scripts below for these targets, or for all; exit status 0: all of it went well
#   run.sh --missing     lists the Debian packages that are missing, one a line
#
# A target whose packages are missing is skipped, and named; with CI=true that is an error.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [ "${1:-}" = --missing ]; then
    for name in "${target_names[@]}"; do missing "$name"; done | sort -u
    exit 0
fi
[ $# -gt 0 ] || set -- "${target_names[@]}"
present=()
for name in "$@"; do
    target "$name"
    lacking=$(missing "$name" | tr '\n' ' ')
    if [ -z "$lacking" ]; then
        present+=("$name")
    else
        echo "SKIPPED: $title, which needs these Debian packages: $lacking" >&2
        [ "${CI:-}" != true ] || exit 1
    fi
done
[ ${#present[@]} -gt 0 ] || exit 0

for script in build panics picks big checks snapshots same; do
    "$here/$script.sh" "${present[@]}"
done
