#!/usr/bin/env bash
# Fuzzes each target for so many seconds, two at a time, and prints what was reached. Ends with 1 where one was stopped by
# a finding; its input then lies in target/fuzz/findings.
#
#   run.sh SECONDS [TARGET...]  targets: border records printed tables nets snapshots stores; all of them where none is named
#   run.sh --missing            lists the Debian packages that are missing, one a line
#
# From the same corpus the same code sees the same inputs, as many as come in the time; FUZZ_SEED=N: others.
#
# Built with debug assertions, overflow checks and AddressSanitizer, on the stable toolchain. Output: target/fuzz (below
# CARGO_TARGET_DIR where that is set); the corpus that grows there is used again.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
out=${CARGO_TARGET_DIR:-$root/target}/fuzz
host=x86_64-unknown-linux-gnu
all=(border records printed tables nets snapshots stores)

missing() {
    command -v clang >/dev/null || echo clang
    [ -e "$(clang -print-file-name=libclang_rt.fuzzer-x86_64.a 2>/dev/null)" ] || echo libclang-rt-14-dev
}

if [ "${1:-}" = --missing ]; then
    missing
    exit 0
fi
seconds=${1:?"run.sh SECONDS [TARGET...]"}
seed=${FUZZ_SEED:-1}
shift
[ $# -gt 0 ] || set -- "${all[@]}"
targets=("$@")
if [ -n "$(missing)" ]; then
    echo "fuzz: install these packages first:" $(missing) >&2
    exit 1
fi
mkdir -p "$out/bin" "$out/findings"

# What libFuzzer is told of: a counter for each edge, and what is compared with what.
flags=(-Zsanitizer=address -Cpasses=sancov-module)
for argument in coverage-level=4 coverage-inline-8bit-counters coverage-pc-table coverage-trace-compares; do
    flags+=("-Cllvm-args=-sanitizer-$argument")
done

library() { # package
    RUSTC_BOOTSTRAP=1 RUSTFLAGS="${flags[*]}" CARGO_TARGET_DIR="$out/build" \
        cargo rustc --quiet --locked --manifest-path "$root/Cargo.toml" -p "$1" --lib --crate-type staticlib \
        --release --target "$host" --config profile.release.lto=false --config profile.release.debug=1 \
        --config profile.release.codegen-units=16 --config profile.release.opt-level=1 \
        --config profile.release.debug-assertions=true --config profile.release.overflow-checks=true
}

sanitizers=(-g -O1 -fno-sanitize-recover=all -Wall -Wextra -Werror -std=c99 -I "$root/include")
system=(-lm -lpthread -ldl)

build() { # target
    local libraries=$out/build/$host/release
    if [ "$1" = border ]; then
        for precision in SINGLE DOUBLE; do
            clang -fsanitize=fuzzer,address,undefined "${sanitizers[@]}" -D$precision \
                -c "$here/border/border.c" -o "$out/bin/border-$precision.o"
        done
        clang -fsanitize=fuzzer,address,undefined "${sanitizers[@]}" -DBORDER "$here/entry.c" \
            "$out"/bin/border-{SINGLE,DOUBLE}.o "$libraries/libgleaner_ffi.a" "${system[@]}" -o "$out/bin/border"
    else
        clang -fsanitize=fuzzer,address "${sanitizers[@]}" "-DTARGET=fuzz_$1" "$here/entry.c" \
            "$libraries/libgleaner_fuzz.a" "${system[@]}" -o "$out/bin/$1"
    fi
}

fuzz() { # target
    local corpus=$out/corpus/$1
    mkdir -p "$corpus"
    "$out/bin/$1" -seed="$seed" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -max_len=2048 -print_final_stats=1 \
        -artifact_prefix="$out/findings/$1-" "$corpus" "$here/corpus/$1" >"$out/$1.log" 2>&1
}

# The last of a number that libFuzzer prints.
last() { # target, pattern
    grep -oE "$2" "$out/$1.log" | tail -n 1 | grep -oE '[0-9]+' || true
}

for package in gleaner-ffi gleaner-fuzz; do
    library "$package"
done
for target in "${targets[@]}"; do
    build "$target"
done

printf '%-10s %12s %8s %8s %10s  %s\n' target executions edges features 'a second' result
status=0
while [ $# -gt 0 ]; do
    pair=("${@:1:2}")
    shift ${#pair[@]}
    declare -A jobs=()
    for target in "${pair[@]}"; do
        fuzz "$target" &
        jobs[$target]=$!
    done
    for target in "${pair[@]}"; do
        result=nothing
        if ! wait "${jobs[$target]}"; then
            result="FOUND, see $out/$target.log"
            status=1
        fi
        printf '%-10s %12s %8s %8s %10s  %s\n' "$target" "$(last "$target" 'number_of_executed_units: [0-9]+')" \
            "$(last "$target" 'cov: [0-9]+')" "$(last "$target" 'ft: [0-9]+')" \
            "$(last "$target" 'average_exec_per_sec: *[0-9]+')" "$result"
    done
done
exit $status
