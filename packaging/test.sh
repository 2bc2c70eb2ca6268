#!/usr/bin/env bash
# Makes the release archives and tries them: their content, projects that use them, the page's commands,
# linking with others.
#
#   test.sh            everything; exit status 0: all of it went well
#   test.sh --missing  lists the Debian packages that are missing, one a line
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

missing() {
    "$here/release.sh" --missing
    local pair
    for pair in qemu-system-arm:qemu-system-arm qemu-system-riscv32:qemu-system-misc pkg-config:pkgconf; do
        command -v "${pair%%:*}" >/dev/null || echo "${pair#*:}"
    done
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

if [ "${1:-}" = --missing ]; then
    missing
    exit 0
fi
if [ -n "$(missing)" ]; then
    echo "packaging: install these packages first:" $(missing) >&2
    exit 1
fi
for part in archives projects page platformio linking; do
    start=$SECONDS
    "$here/tests/$part.sh"
    echo "packaging: $part took $((SECONDS - start)) s" >&2
done
