"""Runs the measuring modules on one number of threads and writes what they found as JSON; started by run.py."""

import argparse
import importlib
import json
import time
from pathlib import Path

from pairs import Bench, Settings

MODULES = {1: ["rows", "leverage", "diagnostics", "sampling", "outliers_speed"], 2: ["rows", "leverage"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--torch", action="store_true")
    parser.add_argument("--only", nargs="*")
    given = parser.parse_args()
    settings = Settings(
        quick=given.quick,
        threads=given.threads,
        repeats=7,
        least=0.005 if given.quick else 0.03,
        work=given.work,
        torch=given.torch,
    )
    bench = Bench(given.program, given.work)
    results = {}
    for name in MODULES[given.threads]:
        if given.only and name not in given.only:
            continue
        start = time.perf_counter()
        results[name] = importlib.import_module(name).measure(bench, settings)
        print(f"{name}, {given.threads} thread(s): {time.perf_counter() - start:.0f} s", flush=True)
    bench.close()
    (given.work / f"threads-{given.threads}.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
