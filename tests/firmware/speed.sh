#!/usr/bin/env bash
# Measures the kernels on the Cortex-M4F and prints sizes, instruction counts and stack beside their bounds.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ " $* " == *" m4f "* ]] || exit 0
target m4f
dir=$out/m4f

failed=0
for level in 3 s; do
    say "kernels at opt-level $level"
    device_archives "$level" measure "measure-$level" m4f -- --manifest-path "$here/measure/Cargo.toml"
    link_image m4f "measure-$level.elf" "m4f-measure-$level.a" &&
        run_image m4f "measure-$level" count || failed=1
done
[ "$failed" = 0 ] || exit 1

section() { # image, sections; their bytes
    local image=$1
    shift
    "${gcc}size" -A "$image" | awk -v names=" $* " 'index(names, " " $1 " ") { sum += $2 } END { print sum + 0 }'
}

# The third word of a line that starts with the first, of the file: a figure that a program printed.
figure() { # file, line's name, number of the word
    awk -v name="$2" -v word="$3" '$1 == name { print $word }' "$1"
}

rows=()
# name, figure at opt-level 3, figure at s, bound; a bound `< N` holds at opt-level 3, without `<` it is
# what the figure should come to.
row() {
    rows+=("$(printf '| %-46s | %9s | %9s | %9s |' "$1" "$2" "$3" "$4")")
    if [ "${4:0:1}" = "<" ] && [ "$2" -ge "${4#< }" ]; then
        say "$1: $2 at opt-level 3, and the bound is $4"
        failed=1
    fi
}
both() { # name, program, line's name, word, target
    row "$1" "$(figure "$dir/$2-3.txt" "$3" "$4")" "$(figure "$dir/$2-s.txt" "$3" "$4")" "$5"
}
offers() { grep "^# offer" "$dir/select-$1.txt" | awk -v word="$2" '{ print $word }'; }
flash() { section "$dir/$2-$1.elf" .text .data; }

row "$title, instructions, in f32" "opt 3" "opt s" "target"
both "factor: observe a row, N = 57" measure factor_observe_57 2 "< 11500"
both "factor: observe a row, N = 20" measure factor_observe_20 2 ""
both "factor: score a row, N = 57" measure factor_score_57 2 ""
both "factor: score a row, N = 20" measure factor_score_20 2 "< 1600"
both "network 5-8-1: output" measure network_value_5_8_1 2 ""
both "network 5-8-1: row" measure network_row_5_8_1 2 ""
both "network 5-8-1: norm of the row" measure network_norm_5_8_1 2 ""
both "reservoir of 100: offer, mean" measure reservoir_offer_100 2 ""
both "reservoir of 100: offer, largest" measure reservoir_offer_100 3 ""
both "selector in Rust, 5-8-1: reading, mean" measure selector_offer_5_8_1 2 "< 15000"
both "selector in Rust, 5-8-1: reading, largest" measure selector_offer_5_8_1 3 ""
both "... with a bias in every layer, mean" measure selector_offer_5_8_1_all_biases 2 ""
row "selector in C, 5-8-1: reading, mean" "$(offers 3 3)" "$(offers s 3)" "< 15000"
row "selector in C, 5-8-1: reading, largest" "$(offers 3 5)" "$(offers s 5)" ""
row "bytes" "opt 3" "opt s" "target"
row "stack of one reading through the selector" "$(offers 3 6)" "$(offers s 6)" ""
row "flash of the minimal image" "$(flash 3 minimal)" "$(flash s minimal)" "14336"
row "flash of the select image" "$(flash 3 select)" "$(flash s select)" ""
row "flash of all entry points" "$(flash 3 entries)" "$(flash s entries)" ""
row "RAM of the minimal image, without stack" "$(section "$dir/minimal-3.elf" .data .bss)" \
    "$(section "$dir/minimal-s.elf" .data .bss)" ""
printf '%s\n' "${rows[@]}"
exit "$failed"
