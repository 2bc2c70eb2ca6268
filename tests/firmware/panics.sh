#!/usr/bin/env bash
# Proves for every target, in both precisions, that the C library neither panics nor unwinds nor allocates:
#
# - an image with all entry points links, though the panic handler calls a function that exists nowhere;
# - the archive asks for nothing that it does not bring itself, so the same holds for its every function;
# - no function of it can be unwound, and no name of an allocator or unwinder is in it.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

symbols() { # archive; a line each: UND or a section, the name
    readelf -sW "$1" 2>/dev/null | awk '$1 ~ /^[0-9]+:$/ && $8 != "" { print $7, $8 }'
}

# Names of what allocates and what unwinds.
runtime='(malloc|calloc|realloc|free|.*(memalign|_rust_(re|de)?alloc|_Unwind_|eh_personality|aeabi_unwind).*)'

# The pattern finds them where they are: in the host's archive, which carries std.
for name in malloc free ___rust_alloc _Unwind_ eh_personality; do
    symbols "$out/archives/host.a" | grep -Ex "[^ ]+ $runtime" >"$out/runtime.txt"
    grep -q "$name" "$out/runtime.txt" || { say "the search for $name does not find it"; exit 1; }
done

panics_of() { # target
    target "$1"
    local name=$1 level archive entries=$out/$1/entries.txt
    compile "$name" minimal.o "$here/select/minimal.c" -std=c99 -Wpedantic
    for level in "${levels[@]}"; do
        archive=$out/archives/$name-$level.a
        symbols "$archive" >"$out/$name/symbols.txt"

        awk '$1 != "UND" && $2 ~ /^gleaner_[a-z0-9_]+$/ { print "-Wl,-u," $2 }' "$out/$name/symbols.txt" |
            sort >"$entries"
        diff <(sed 's/^-Wl,-u,//' "$entries") \
            <(grep -oE '\bgleaner_[a-z0-9_]+\(' "$root/include/gleaner.h" | tr -d '(' | sort -u) >&2 ||
            { say "$title: the archive has other entry points than the header"; exit 1; }
        # Never run, so that it need not fit the machine.
        link_image "$name" "entries-$level.elf" "$name-$level.a" "$out/$name/minimal.o" @"$entries" \
            -Wl,--defsym=flash_size=4M

        if comm -23 <(awk '$1 == "UND" { print $2 }' "$out/$name/symbols.txt" | sort -u) \
            <(awk '$1 != "UND" { print $2 }' "$out/$name/symbols.txt" | sort -u) | grep . >&2; then
            say "$title: the archive at opt-level $level does not bring these"
            exit 1
        fi
        if grep -Ex "[^ ]+ $runtime" "$out/$name/symbols.txt" >&2; then
            say "$title: the archive at opt-level $level allocates or unwinds"
            exit 1
        fi
        if readelf -SW "$archive" | grep -E '\.(ARM\.extab|eh_frame|gcc_except_table)' >&2 ||
            { readelf -uW "$archive" 2>/dev/null | grep -E '^0x|^<' | grep -v '\[cantunwind\]' >&2; }; then
            say "$title: the archive at opt-level $level has tables to unwind by"
            exit 1
        fi
    done
    echo "$title: no panic path, no unwinding, no allocation: $(wc -l <"$entries") entry points at opt-level" \
        "${levels[*]}"
}

each_target panics_of "$@"
