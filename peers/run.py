#!/usr/bin/env python3
"""Times gleaner beside what one would use instead, in one run, and writes a page about it.

    python3 peers/run.py            about ten minutes, the first time some more for packages and builds
    python3 peers/run.py --quick    small sizes, below two minutes once everything is installed

Needs Python 3.11 or later, Rust, gcc, and the package index for the first run. Makes a virtual environment in
target/peers/venv with numpy, scipy, scikit-learn, statsmodels, datasketches, emlearn and, if it installs in a few
minutes, torch (5 GB; --no-torch leaves it out), builds the program in peers/bench, and runs measure.py once on one
thread and once on two. In every round gleaner and its peers are timed in turn; a ratio is within a round, and median and
quartiles over the rounds are given. Output: target/peers/results.json, peers.md and plots beside it.

--only rows leverage diagnostics sampling outliers_speed: some of the comparisons. --page: the page alone, from the
results of the last run.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "target" / "peers"
PYTHON = OUT / "venv" / "bin" / "python"
PACKAGES = ["numpy", "scipy", "scikit-learn", "statsmodels", "datasketches", "emlearn", "matplotlib", "mpmath"]
TORCH_SECONDS = 360


def pip(*arguments, timeout=None):
    command = [PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", *arguments]
    return subprocess.run(command, timeout=timeout)


def has(module):
    return subprocess.run([PYTHON, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode == 0


def install(torch):
    """The environment; answers whether torch is there."""
    if not PYTHON.exists():
        venv.create(OUT / "venv", with_pip=True, symlinks=True)
    if not (OUT / "venv" / "packages").exists():
        print("packages", flush=True)
        pip(*PACKAGES).check_returncode()
        (OUT / "venv" / "packages").touch()
    if not torch:
        return False
    if has("torch"):
        return True
    print("torch", flush=True)
    small = ["torch", "--retries", "0", "--timeout", "5", "--index-url", "https://download.pytorch.org/whl/cpu"]
    for arguments in (small, ["torch"]):
        try:
            if pip(*arguments, timeout=TORCH_SECONDS).returncode == 0 and has("torch"):
                return True
        except subprocess.TimeoutExpired:
            print(f"torch takes more than {TORCH_SECONDS} seconds")
    print("no torch: the rows are timed without the authors' way")
    return False


def build():
    """The Rust program."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", OUT / "bench")).resolve()
    subprocess.run(
        ["cargo", "build", "--release", "--locked", "--manifest-path", HERE / "bench" / "Cargo.toml"],
        check=True,
        env={**os.environ, "CARGO_TARGET_DIR": str(target)},
    )
    return target / "release" / "peers-bench"


def line_of(command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
    except (OSError, IndexError):
        return "none"


def machine():
    """What the numbers belong to."""
    processor = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    listed = subprocess.run([PYTHON, "-m", "pip", "list", "--format=json"], capture_output=True, text=True)
    versions = {entry["name"]: entry["version"] for entry in json.loads(listed.stdout)}
    crates = (HERE / "bench" / "Cargo.lock").read_text().split("[[package]]")
    for crate in crates:
        name, version = (crate.split(f'{key} = "')[1].split('"')[0] if f'{key} = "' in crate else "" for key in ("name", "version"))
        if name in ("faer", "rand", "rand_distr", "rand_xoshiro", "gleaner"):
            versions[f"{name} (crate)"] = version
    wanted = [*PACKAGES, "torch"]
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "rustc": line_of(["rustc", "--version"]),
        "gcc": line_of(["gcc", "--version"]),
        "commit": line_of(["git", "-C", HERE, "describe", "--always", "--dirty"]),
        "versions": {name: version for name, version in versions.items() if name in wanted or "(crate)" in name},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--no-torch", action="store_true", help="leave the authors' way out")
    parser.add_argument("--only", nargs="*", default=[], help="some of the comparisons")
    parser.add_argument("--page", action="store_true", help="the page alone")
    given = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    if not given.page:
        torch = install(not given.no_torch)
        program = build()
        results = {"quick": given.quick, "torch": torch, "machine": machine(), "threads": {}}
        for threads in (1, 2):
            environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
            for name in ("OMP", "OPENBLAS", "MKL", "RAYON", "NUMEXPR"):
                environment[f"{name}_NUM_THREADS"] = str(threads)
            command = [PYTHON, HERE / "measure.py", "--program", program, "--work", OUT, "--threads", str(threads)]
            command += ["--quick"] * given.quick + ["--torch"] * torch
            command += ["--only", *given.only] if given.only else []
            subprocess.run(command, check=True, env=environment)
            results["threads"][str(threads)] = json.loads((OUT / f"threads-{threads}.json").read_text())
        (OUT / "results.json").write_text(json.dumps(results, indent=1))
    subprocess.run([PYTHON, HERE / "report.py", OUT], check=True)
    print(f"{OUT}/peers.md")


if __name__ == "__main__":
    sys.exit(main())
