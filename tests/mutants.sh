#!/usr/bin/env bash
# Mutation testing: changes the sources in small ways, one at a time, and looks whether a test fails.
#
#   mutants.sh sampler|factor|score|FILE... [-- ARGUMENT...]
#
# A part, or files of it (src/factor/merge.rs); behind -- more arguments of cargo-mutants: `--shard 0/4` tries every fourth
# change. Needs `cargo install cargo-mutants --locked`. Each file is tried with the tests that are about it, without the
# longest: all tests would take minutes a change. So what is missed here may still be found by `cargo test`.
# What no test can find is listed in tests/MUTANTS.md, with the reasons. Ends with 1 where anything was missed.
# Output: target/mutants (below CARGO_TARGET_DIR where that is set).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${CARGO_TARGET_DIR:-$PWD/target}/mutants
# Copies of the sources share what they depend on.
export CARGO_TARGET_DIR=$out/build

# File, test binaries, tests of them that are left out.
table() {
    cat <<'END'
sampler src/sampler/heap.rs      reservoir,sampler,snapshot,top no_snapshot
sampler src/sampler/merge.rs     merge
sampler src/sampler/mod.rs       reservoir,sampler,top
sampler src/sampler/offer.rs     reservoir,reservoir_inclusion,sampler past_picks
sampler src/sampler/pool.rs      reservoir,reservoir_inclusion,sampler past_picks
sampler src/sampler/reservoir.rs reservoir,sampler
sampler src/sampler/top.rs       sampler,top
sampler src/sum.rs               reservoir,sampler,standardiser,sum far_from_zero
factor  src/factor/forget.rs     factor_columns,factor_forget,factor_merge,factor_observe long_stream,adversarial,fused
factor  src/factor/merge.rs      factor,factor_columns,factor_forget,factor_merge
factor  src/factor/mod.rs        factor,factor_columns,factor_merge,factor_solve,selector tenth,says_nothing
factor  src/factor/observe.rs    factor,factor_columns,factor_observe long_stream,adversarial_sizes_f64
factor  src/factor/pair.rs       factor_columns,factor_forget,factor_score
factor  src/factor/pivot.rs      factor,factor_columns,factor_forget,factor_pivot relu
factor  src/factor/score.rs      factor,factor_columns,factor_forget,factor_pivot,factor_score relu
factor  src/factor/solve.rs      factor_solve
score   src/adjoint/exact.rs     adjoint,fixed,gauge
score   src/adjoint/pass.rs      adjoint,diagnostics,fixed
score   src/adjoint/quadrature.rs adjoint,diagnostics
END
}

wanted=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    wanted+=("$1")
    shift
done
[ $# -eq 0 ] || shift
[ ${#wanted[@]} -gt 0 ] || wanted=(sampler factor score)

status=0
for name in "${wanted[@]}"; do
    lines=$(table | awk -v name="$name" '$1 == name || $2 == name')
    if [ -z "$lines" ]; then
        echo "mutants: no part and no file $name" >&2
        exit 2
    fi
    while read -r _ file tests without; do
        report=$out/$(basename "$file" .rs)
        mkdir -p "$report"
        arguments=(--file "$file" --output "$report" --minimum-test-timeout 40)
        for test in ${tests//,/ }; do arguments+=("--cargo-arg=--test=$test"); done
        skips=()
        for test in ${without//,/ }; do skips+=(--skip "$test"); done
        for setting in debug=0 opt-level=0; do arguments+=("--cargo-arg=--config=profile.test.$setting"); done
        cargo mutants "${arguments[@]}" "$@" -- -- "${skips[@]}" </dev/null || status=1
    done <<<"$lines"
done
exit $status
