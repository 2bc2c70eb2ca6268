# What the scripts here share; to be sourced.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cargo_dir=${CARGO_TARGET_DIR:-$root/target}
archives=$cargo_dir/release-archives
out=$cargo_dir/packaging
mkdir -p "$out"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -1)
abi=$(sed -n 's/^#define GLEANER_ABI \([0-9]*\).*/\1/p' "$root/include/gleaner.h")
host=x86_64-unknown-linux-gnu
bare=(thumbv6m-none-eabi thumbv7m-none-eabi thumbv7em-none-eabihf thumbv8m.main-none-eabihf
    riscv32imc-unknown-none-elf riscv32imac-unknown-none-elf)

say() { echo "packaging: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

# Runs a command whose output matters only where it fails.
quietly() {
    local log=$out/quietly.log
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        fail "failed: $*"
    fi
}

# Calls a function of the firmware tests. What they build is not built again here: same folder, same settings.
firmware() { bash -c '. "$0/tests/firmware/lib.sh"; "$@"' "$root" "$@"; }

# An archive's tree, unpacked.
unpacked() { echo "$out/unpacked/gleaner-$version-$1"; }

# Runs an image of a target in the emulator; its text on standard output.
emulate() { # target, image
    local machine
    case $1 in
    thumbv6m-* | thumbv7m-*) machine=(qemu-system-arm -M mps2-an385) ;;
    thumbv7em-*) machine=(qemu-system-arm -M mps2-an386) ;;
    thumbv8m*) machine=(qemu-system-arm -M mps2-an505) ;;
    riscv32imc-*) machine=(qemu-system-riscv32 -M virt -bios none -cpu rv32,a=off,f=off,d=off) ;;
    riscv32imac-*) machine=(qemu-system-riscv32 -M virt -bios none -cpu rv32,f=off,d=off) ;;
    esac
    # Semihosting writes to the standard error of the emulator.
    timeout 120 "${machine[@]}" -display none -serial none -monitor none \
        -semihosting-config enable=on,target=native -kernel "$2" 2>&1
}
