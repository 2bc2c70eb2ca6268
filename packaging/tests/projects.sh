#!/usr/bin/env bash
# Projects that use the archives: on this machine, and an image for each bare-metal target that prints in
# the emulator what this machine prints.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tree=$(unpacked $host)
build=$out/consumer
rm -rf "$build"
quietly cmake -S "$root/packaging/tests/consumer" -B "$build" -DEXAMPLE="$tree/share/gleaner/example" \
    -DCMAKE_PREFIX_PATH="$tree"
quietly cmake --build "$build"
"$build/c_static" >"$out/expected.txt"
(
    cd "$tree/share/gleaner/example"
    by=$(PKG_CONFIG_PATH=$tree/lib/pkgconfig pkg-config --cflags --libs gleaner-static)
    # Words, not one argument.
    gcc twelve.c board.c start_host.c $by -o "$build/c_pkg_config_static"
)
for program in cpp_static c_shared cpp_shared c_pkg_config c_pkg_config_static; do
    "$build/$program" | cmp - "$out/expected.txt" || fail "$program prints something else"
done
for program in c_shared cpp_shared c_pkg_config; do
    readelf -dW "$build/$program" | grep -q "NEEDED.*libgleaner.so.$abi" || fail "$program is not linked shared"
done
say "projects on this machine: $(tail -1 "$out/expected.txt")"

for target in "${bare[@]}"; do
    tree=$(unpacked "$target")
    build=$out/device-$target
    rm -rf "$build"
    quietly cmake -S "$tree/share/gleaner/example" -B "$build" -DCMAKE_PREFIX_PATH="$tree" \
        -DCMAKE_BUILD_TYPE=MinSizeRel --toolchain "$tree/share/gleaner/toolchains/$target.cmake"
    quietly cmake --build "$build"
    emulate "$target" "$build/pick.elf" | cmp - "$out/expected.txt" || fail "$target prints something else"
    say "image for $target: $(size "$build/pick.elf" | awk 'NR == 2 { print $1 " bytes of code and constants" }')"
done

# A package for another machine is not found.
rm -rf "$out/wrong"
if cmake -S "$(unpacked thumbv6m-none-eabi)/share/gleaner/example" -B "$out/wrong" \
    -DCMAKE_PREFIX_PATH="$(unpacked thumbv6m-none-eabi)" \
    --toolchain "$(unpacked thumbv7m-none-eabi)/share/gleaner/toolchains/thumbv7m-none-eabi.cmake" \
    >"$out/wrong.log" 2>&1; then
    fail "a package for another machine was found"
fi
grep -q "This package is for" "$out/wrong.log" || fail "why it was not found is not said"
