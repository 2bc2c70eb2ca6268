#!/usr/bin/env python3
"""Leverages of 10 million rows and a weighted sample of them, by partitions and a tree, in Dask.

    python3 examples/tree/run.py --rows 10000000
    python3 examples/tree/run.py --rows 200000 --no-engine     the same tree without Dask: Python's own library alone

First pass: a factor a partition, merged in a tree. Second pass: the leverages of a partition against the whole factor,
and a VarOpt sample by them, merged in a tree. Then the result is held against a Gram matrix in doubles, a QR of numpy
where there is an engine, and what the theory says: the leverages add up to the number of columns, score times weight
adds up to the leverages exactly, the weights to the number of rows within their standard error.

Needs Python 3.11 or later, Rust and a C compiler; the engine comes from the package index into a virtual environment in
target/tree/venv. --archive PATH: a libgleaner_ffi.a that is there already.
"""

import argparse
import math
import os
import random
import subprocess
import sys
import time
import venv
from array import array
from functools import lru_cache, partial
from pathlib import Path

from partitions import Library, chain, tree

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUT = ROOT / "target" / "tree"
PACKAGES = ["dask", "numpy"]
ORDER = 8
RIDGE = 1e-6
# Rows that are held against a QR.
CHECKED = 2000
# Largest relative difference of a leverage.
TOLERANCE = 1e-9


def build(archive, out):
    """The shared library of partition.c and the archive."""
    out.mkdir(parents=True, exist_ok=True)
    if archive is None:
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
        command = ["cargo", "build", "--release", "--locked", "--manifest-path", ROOT / "ffi" / "Cargo.toml"]
        subprocess.run([*command, "--target-dir", target], check=True)
        archive = target / "release" / "libgleaner_ffi.a"
    library = out / "libpartition.so"
    flags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC", f"-I{ROOT / 'include'}"]
    system = ["-lpthread", "-ldl", "-lm"]
    compiler = os.environ.get("CC", "cc")
    # The archive's own names, for the text of a status.
    export = ["-Wl,--undefined=gleaner_status_text"]
    subprocess.run([compiler, *flags, *export, HERE / "partition.c", archive, *system, "-o", library], check=True)
    return library


def in_environment():
    """Begins again in the virtual environment, unless it is the one that runs."""
    home = OUT / "venv"
    python = home / "bin" / "python"
    if Path(sys.prefix).resolve() == home.resolve():
        return
    if not (home / "packages").exists():
        print("packages", flush=True)
        venv.create(home, with_pip=True, symlinks=True)
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", *PACKAGES]
        subprocess.run(pip, check=True)
        (home / "packages").touch()
    os.execv(python, [str(python), *sys.argv])


def rows_of(partition, rows, engine):
    """The rows of a partition: columns that lean on one another, of unlike size, and a constant; one row in 1000 is far
    out. The same in each pass, as if read again."""
    if engine:
        import numpy

        generator = numpy.random.default_rng(partition)
        x = generator.standard_normal((rows, ORDER))
        x[:, 1] += 0.9 * x[:, 0]
        x[:, 2] *= 100.0
        x[::1000, 3] *= 30.0
        x[:, ORDER - 1] = 1.0
        return numpy.ascontiguousarray(x).reshape(-1)
    return plain_rows(partition, rows)


@lru_cache(maxsize=16)
def plain_rows(partition, rows):
    """The same by Python alone, which is slow: the last ones are kept."""
    generator = random.Random(partition)
    values = array("d")
    for i in range(rows):
        x = [generator.gauss(0.0, 1.0) for _ in range(ORDER)]
        x[1] += 0.9 * x[0]
        x[2] *= 100.0
        if i % 1000 == 0:
            x[3] *= 30.0
        x[ORDER - 1] = 1.0
        values.extend(x)
    return values


class Job:
    """What is done where a partition is; sent to the workers."""

    def __init__(self, given, library, sizes):
        self.path, self.sizes, self.keep, self.engine = library, sizes, given.keep, not given.no_engine

    def library(self):
        return Library(self.path)

    def rows(self, partition):
        return rows_of(partition, self.sizes[partition], self.engine)

    def factors(self, partitions):
        library = self.library()
        factors = [library.factor(self.rows(partition), ORDER, RIDGE) for partition in partitions]
        return self.merge_factors(factors)

    def merge_factors(self, factors):
        return self.library().merge_factors(list(factors), ORDER, RIDGE)

    def samples(self, factor, partitions):
        """A sample, the sum of the leverages and the largest of them."""
        library = self.library()
        parts = []
        for partition in partitions:
            leverages = library.leverages(factor, self.rows(partition), ORDER, RIDGE)
            picks = library.sample(leverages, None, self.keep, partition)
            sample = [((partition, place), leverages[place], weight) for place, weight in picks]
            parts.append((sample, math.fsum(leverages), max(leverages, default=0.0)))
        return self.merge_samples(parts)

    def merge_samples(self, parts):
        parts = list(parts)
        samples = [part[0] for part in parts]
        # Another seed in each node, the same in every run: hashes of numbers do not change.
        seed = hash(tuple(item for sample in samples for item in sample)) % 2**64
        sample = self.library().merge_samples(samples, self.keep, seed)
        return sample, math.fsum(part[1] for part in parts), max(part[2] for part in parts)


def reduced(job, each, join, given):
    """`each` on every partition and `join` in a tree: by the engine, or here."""
    if given.no_engine:
        return tree((each([partition]) for partition in range(len(job.sizes))), join)
    import dask.bag

    bag = dask.bag.from_sequence(range(len(job.sizes)), npartitions=len(job.sizes))
    return bag.reduction(each, join, split_every=4).compute(scheduler="processes", num_workers=given.workers)


def gram(job):
    """`D^T D` in doubles, by sums alone: what the tree is held against."""
    if job.engine:
        import numpy

        total = numpy.zeros((ORDER, ORDER))
        for partition in range(len(job.sizes)):
            x = job.rows(partition).reshape(-1, ORDER)
            total += x.T @ x
        return total.tolist()
    total = [[0.0] * ORDER for _ in range(ORDER)]
    for partition in range(len(job.sizes)):
        rows = job.rows(partition)
        columns = [rows[j::ORDER] for j in range(ORDER)]
        for j in range(ORDER):
            for k in range(j + 1):
                total[j][k] += math.sumprod(columns[j], columns[k]) if hasattr(math, "sumprod") else math.fsum(
                    map(float.__mul__, columns[j], columns[k])
                )
                total[k][j] = total[j][k]
    return total


def leverages_by(matrix, rows):
    """`d^T (D^T D + lambda I)^-1 d` by a Cholesky factor of the matrix."""
    lower = [[0.0] * ORDER for _ in range(ORDER)]
    for j in range(ORDER):
        for k in range(j + 1):
            ridge = RIDGE if j == k else 0.0
            rest = matrix[j][k] + ridge - math.fsum(lower[j][i] * lower[k][i] for i in range(k))
            lower[j][k] = math.sqrt(rest) if j == k else rest / lower[k][k]
    found = []
    for start in range(0, len(rows), ORDER):
        z = []
        for j in range(ORDER):
            rest = rows[start + j] - math.fsum(lower[j][i] * z[i] for i in range(j))
            z.append(rest / lower[j][j])
        found.append(math.fsum(value * value for value in z))
    return found


def difference(found, expected):
    return max(abs(a - b) / b for a, b in zip(found, expected, strict=True))


def check(what, value, most):
    good = value <= most
    print(f"{what}: {value:.2g} (at most {most:.2g}){'' if good else ': FAILED'}", flush=True)
    return good


def compare(job, factor, found):
    """All that is known of the result; whether it holds."""
    sample, total, largest = found
    library = job.library()
    head = job.rows(0)[: CHECKED * ORDER]
    ours = library.leverages(factor, head, ORDER, RIDGE)
    good = check("leverages of the tree and of a Gram matrix differ by", difference(ours, leverages_by(gram(job), head)), TOLERANCE)
    if job.engine:
        import numpy

        # As many partitions as a QR can hold, and the tree's own factor of these.
        part = min(len(job.sizes), 4)
        rows = numpy.concatenate([job.rows(partition) for partition in range(part)])
        q = numpy.linalg.qr(rows.reshape(-1, ORDER))[0]
        leaves = [job.factors([partition]) for partition in range(part)]
        ours = library.leverages(tree(leaves, job.merge_factors), rows, ORDER, RIDGE)
        good &= check(f"leverages of {len(q)} rows and of their QR differ by", difference(ours, (q * q).sum(axis=1)), TOLERANCE)
    few = [job.factors([partition]) for partition in range(min(len(job.sizes), 9))]
    trees = [tree(few, job.merge_factors), tree(few[::-1], job.merge_factors, 2), chain(few, job.merge_factors)]
    ours, *others = [library.leverages(one, head, ORDER, RIDGE) for one in trees]
    good &= check("leverages by other trees differ by", max(difference(other, ours) for other in others), TOLERANCE)
    rows = sum(job.sizes)
    good &= check("sum of leverages misses the columns by", abs(total - ORDER), 1e-6)
    good &= check("rows in the factor miss those given by", abs(factor[1] - rows), 0)
    good &= check("the sample misses its size by", abs(len(sample) - min(job.keep, rows)), 0)
    named = [item[0] for item in sample]
    good &= check("rows that are twice in it", len(named) - len(set(named)), 0)
    exact = math.fsum(score * weight for _, score, weight in sample)
    good &= check("score times weight misses the leverages, relatively, by", abs(exact / total - 1.0), 1e-9)
    weights = [weight for _, _, weight in sample]
    # VarOpt does not exceed the variance of independent picks: `sum w (w - 1)`, estimated.
    error = math.sqrt(math.fsum(weight * (weight - 1.0) for weight in weights))
    good &= check("weights miss the rows, in standard errors, by", abs(math.fsum(weights) - rows) / max(error, 1e-9), 4.0)
    print(f"{len(sample)} rows kept; largest leverage {largest:.3g}, mean {total / rows:.3g}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows in all")
    parser.add_argument("--partition", type=int, default=100_000, help="rows of a partition")
    parser.add_argument("--keep", type=int, default=2000, help="rows of the sample")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes of the engine")
    parser.add_argument("--no-engine", action="store_true", help="without Dask and numpy")
    parser.add_argument("--archive", type=Path, help="libgleaner_ffi.a, where it is built already")
    parser.add_argument("--out", type=Path, default=OUT, help="where the shared library goes")
    given = parser.parse_args()
    if min(given.rows, given.partition, given.keep, given.workers) < 1:
        parser.error("numbers expect 1 or more")
    if not given.no_engine:
        in_environment()
    library = build(given.archive, given.out)
    whole, rest = divmod(given.rows, given.partition)
    job = Job(given, library, [given.partition] * whole + [rest] * (rest > 0))
    start = time.perf_counter()
    factor = reduced(job, job.factors, job.merge_factors, given)
    middle = time.perf_counter()
    found = reduced(job, partial(job.samples, factor), job.merge_samples, given)
    end = time.perf_counter()
    by = "in turn" if given.no_engine else f"by Dask on {given.workers} processes, the rows made anew in each pass"
    print(f"{given.rows} rows of {ORDER} in {len(job.sizes)} partitions, {by}")
    print(f"factor, merged in a tree: {middle - start:.1f} s")
    print(f"leverages and sample, merged in a tree: {end - middle:.1f} s")
    sys.exit(0 if compare(job, factor, found) else 1)


if __name__ == "__main__":
    main()
