#!/usr/bin/env bash
# The release archives hold what they should, the same bytes when made again.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# All targets side by side, by one call of cargo, before release.sh goes from one to the next.
for level in 3 s; do
    quietly firmware device_archives $level gleaner_ffi $level m0 m3 m4f m33 imc imac -- \
        --manifest-path "$root/Cargo.toml" -p gleaner-ffi --features panic-free
done

quietly "$root/packaging/release.sh"
cp "$archives/SHA256SUMS" "$out/SHA256SUMS.first"
quietly "$root/packaging/release.sh"
diff "$out/SHA256SUMS.first" "$archives/SHA256SUMS" || fail "made again, the archives differ"
(cd "$archives" && quietly sha256sum --check --strict SHA256SUMS)
[ "$(wc -l <"$archives/SHA256SUMS")" = $((1 + ${#bare[@]})) ] || fail "not one archive a target"

rm -rf "$out/unpacked"
mkdir -p "$out/unpacked"
for target in $host "${bare[@]}"; do
    tree=$(unpacked "$target")
    tar -C "$out/unpacked" -xf "$archives/gleaner-$version-$target.tar.gz"
    for file in README.md PACKAGING.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE THIRD-PARTY.txt \
        include/gleaner.h include/gleaner.hpp lib/libgleaner.a lib/pkgconfig/gleaner.pc lib/cmake/gleaner/gleaner-config.cmake \
        share/gleaner/example/twelve.c; do
        [ -s "$tree/$file" ] || fail "$target lacks $file"
    done
    for library in "$tree"/lib/*.a; do
        if strings -a "$library" | grep -F -e "$root" -e "$HOME/" >&2; then
            fail "$library names folders of this machine"
        fi
    done
done

[ -x "$(unpacked $host)/bin/gleaner" ] && [ -s "$(unpacked $host)/TOOL.md" ] || fail "the tool or its page is missing"

# A shared library shows its own names and no others, under the name of its interface.
shared=$(unpacked $host)/lib/libgleaner.so
readelf -dW "$shared" | grep -q "SONAME.*\[libgleaner.so.$abi\]" || fail "the shared library's name"
exported=$(nm -D --defined-only "$shared" | awk '{ print $3 }')
declared=$(grep -oE '\bgleaner_[a-z0-9_]+\(' "$root/include/gleaner.h" | tr -d '(' | sort -u)
if grep -v '^gleaner_' <<<"$exported"; then
    fail "the shared library exports other names"
fi
[ -z "$(comm -13 <(sort -u <<<"$declared") <(sort -u <<<"$exported"))" ] || fail "exported and not declared"

# On bare metal the library asks for nothing but what it brings or every compiler's libgcc has; above all
# there is no panic handler in it, and no call of one.
for target in "${bare[@]}"; do
    [ -s "$(unpacked "$target")/library.json" ] || fail "$target lacks library.json"
    for library in "$(unpacked "$target")"/lib/*.a; do
        if readelf -sW "$library" | grep -E 'rust_begin_unwind|gleaner_panic_path_left|core9panicking' >&2; then
            fail "$library has a panic path"
        fi
    done
done
say "archives: $(wc -l <"$archives/SHA256SUMS"), the same bytes twice"
