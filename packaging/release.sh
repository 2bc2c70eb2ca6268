#!/usr/bin/env bash
# Makes the release archives, one a target, with checksums and sizes.
#
#   packaging/release.sh                 all of them
#   packaging/release.sh TARGET...       these; `host` is x86-64 Linux, with the desktop tool
#   packaging/release.sh --missing       lists the Debian packages that are missing, one a line
#
# Into target/release-archives (below CARGO_TARGET_DIR where that is set). The same sources and compiler
# give the same bytes: files in order, owned by nobody, of the last commit's date or SOURCE_DATE_EPOCH. In the
# tool, not in the libraries, stands where cargo keeps its packages.
set -euo pipefail
shopt -s nullglob

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cargo_dir=${CARGO_TARGET_DIR:-$root/target}
out=$cargo_dir/release-archives
host=x86_64-unknown-linux-gnu
bare=(thumbv6m-none-eabi thumbv7m-none-eabi thumbv7em-none-eabihf thumbv8m.main-none-eabihf
    riscv32imc-unknown-none-elf riscv32imac-unknown-none-elf)

missing() {
    local pair
    for pair in cmake:cmake make:make python3:python3 arm-none-eabi-gcc:gcc-arm-none-eabi \
        riscv64-unknown-elf-gcc:gcc-riscv64-unknown-elf; do
        command -v "${pair%%:*}" >/dev/null || echo "${pair#*:}"
    done
    # The core library of each bare-metal target: rustup's, or its source.
    local sysroot
    sysroot=$(rustc --print sysroot 2>/dev/null || true)
    for target in "${bare[@]}"; do
        [ -d "$sysroot/lib/rustlib/$target" ] && continue
        [ -x /usr/bin/cargo ] || echo cargo-web
        [ -x /usr/bin/rustc ] || echo rustc-web
        [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/core" ] ||
            echo rust-web-src
        break
    done
}

if [ "${1:-}" = --missing ]; then
    missing
    exit 0
fi
if [ -n "$(missing)" ]; then
    echo "release: install these packages first:" $(missing) >&2
    exit 1
fi

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -1)
date=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
if [ $# = 0 ]; then
    set -- host "${bare[@]}"
fi

# Where cargo builds: the host's beside everything else, bare metal beside the firmware tests', which use the
# same compiler and settings.
archive() { # target
    local target=$1 arguments tool=() name staging build
    if [ "$target" = host ]; then
        target=$host tool=(gleaner-cli)
        arguments=(-DGLEANER_CARGO_DIR="$cargo_dir" -DGLEANER_TOOL=ON)
    else
        arguments=(-DGLEANER_CARGO_DIR="$cargo_dir/firmware/build"
            --toolchain "$root/packaging/toolchains/$target.cmake")
    fi
    name=gleaner-$version-$target
    build=$out/build/$target
    staging=$out/staging/$name
    rm -rf "$staging" "$build"
    mkdir -p "$build"
    if ! cmake -S "$root" -B "$build" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_DOCDIR=. "${arguments[@]}" \
        >"$build.log" 2>&1 || ! cmake --build "$build" >>"$build.log" 2>&1 ||
        ! cmake --install "$build" --prefix "$staging" >>"$build.log" 2>&1; then
        cat "$build.log" >&2
        exit 1
    fi
    python3 "$root/packaging/third_party.py" "$target" "${tool[@]}" >"$staging/THIRD-PARTY.txt"
    if [ "$1" != host ]; then
        sed -e "s/@VERSION@/$version/" -e "s/@TARGET@/$target/" "$root/packaging/library.json.in" \
            >"$staging/library.json"
    fi
    find "$staging" -type d -exec chmod 755 {} +
    find "$staging" -type f -exec chmod 644 {} +
    find "$staging" -type f \( -path '*/bin/*' -o -name '*.so.*' \) -exec chmod 755 {} +
    tar -C "$out/staging" --sort=name --mtime="@$date" --owner=0 --group=0 --numeric-owner --format=ustar \
        -c "$name" | gzip -9n >"$out/$name.tar.gz"
}

mkdir -p "$out"
rm -rf "$out"/*.tar.gz "$out/staging"
# The host builds beside the others, in another folder.
trap wait EXIT
beside=
for target in "$@"; do
    echo "release: $target" >&2
    if [ "$target" = host ]; then
        archive host &
        beside=$!
    else
        archive "$target"
    fi
done
[ -z "$beside" ] || wait "$beside"

cd "$out"
sha256sum gleaner-*.tar.gz >SHA256SUMS
{
    echo "Bytes of the archives and of the libraries in them. What a library takes in flash is far less: the"
    echo "linker takes what is used. README.md has measured images."
    echo
    for file in gleaner-*.tar.gz staging/*/lib/*.a staging/*/lib/*.so."$version" staging/*/bin/*; do
        printf '%9d  %s\n' "$(stat -c %s "$file")" "${file#staging/}"
    done
} >SIZES
cat SIZES
