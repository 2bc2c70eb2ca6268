"""Leverages of all rows: time and error of gleaner, numpy, scipy, statsmodels and faer."""

import warnings

import mpmath
import numpy as np
import scipy.linalg
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.outliers_influence import OLSInfluence

from pairs import compare, golden, numbers

SIZES = [(1000, 21), (10_000, 51), (50_000, 101), (20_000, 651)]
QUICK = [(1000, 21), (5000, 51)]
RUST = {"faer QR, thin Q": "faer_qr", "faer QR, R and solve": "faer_r", "faer Gram, Cholesky": "faer_cholesky"}


def design(count, order, seed=1):
    """Rows whose entries have few bits, so that the Gram matrix is exact in f64 and both precisions see the same input:
    correlated normal numbers, columns on scales from 1/8 to 8, the last one constant."""
    generator = np.random.default_rng(seed)
    entries = generator.normal(size=(count, order)) + generator.normal(size=(count, 1))
    entries = np.clip(np.round(entries * 128), -1023, 1023) / 128
    entries *= 2.0 ** (np.arange(order) % 7 - 3)
    entries[:, -1] = 1
    return entries


def numpy_qr(a):
    q = np.linalg.qr(a)[0]
    return np.einsum("ij,ij->i", q, q)


def scipy_qr(a):
    q = scipy.linalg.qr(a, mode="economic", check_finite=False)[0]
    return np.einsum("ij,ij->i", q, q)


def scipy_r(a):
    r = scipy.linalg.qr(a, mode="r", check_finite=False)[0][: a.shape[1]]
    z = scipy.linalg.solve_triangular(r, a.T, trans="T", check_finite=False)
    return np.einsum("ij,ij->j", z, z)


def numpy_cholesky(a):
    lower = np.linalg.cholesky(a.T @ a)
    z = scipy.linalg.solve_triangular(lower, a.T, lower=True, check_finite=False)
    return np.einsum("ij,ij->j", z, z)


def statsmodels_hat(a):
    return OLSInfluence(OLS(np.zeros(len(a)), a).fit()).hat_matrix_diag


PYTHON = {
    "numpy QR": numpy_qr,
    "scipy QR": scipy_qr,
    "scipy QR, R and solve": scipy_r,
    "numpy Gram, Cholesky": numpy_cholesky,
    "statsmodels hat_matrix_diag": statsmodels_hat,
}


def reference(a, rows):
    """Leverages of some rows from the exact Gram matrix, by Cholesky in extended precision (64 bits of mantissa)."""
    gram = (a.T @ a).astype(np.longdouble)
    z = a[rows].T.astype(np.longdouble)
    sums = np.zeros(len(rows), np.longdouble)
    for j in range(len(gram)):  # elimination of G beside the rows, square roots left out
        sums += z[j] * z[j] / gram[j, j]
        gain = gram[j + 1 :, j] / gram[j, j]
        z[j + 1 :] -= gain[:, None] * z[j]
        gram[j + 1 :, j + 1 :] -= gain[:, None] * gram[j, j + 1 :]
    return sums


def exact(a):
    """Leverages of all rows with 60 digits."""
    with mpmath.workdps(60):
        whole = [[int(x) for x in row] for row in a * 1024]
        columns = list(zip(*whole))
        order = len(columns)
        gram = mpmath.matrix(order)
        for i in range(order):
            for j in range(order):
                gram[i, j] = mpmath.mpf(sum(x * y for x, y in zip(columns[i], columns[j])))
        inverse = (gram**-1).tolist()
        leverage = (sum(x * mpmath.fdot(line, row) for x, line in zip(row, inverse)) for row in whole)
        return np.array([float(value) for value in leverage])


def errors(found, wanted):
    return float(np.max(np.abs(found - wanted.astype(np.longdouble)) / wanted))


def one_size(bench, settings, count, order, scalar):
    a = design(count, order)
    bench.load("design", a)
    typed = np.ascontiguousarray(a, dtype=np.float32 if scalar == "f32" else np.float64)
    request = {"op": "leverage", "key": "design", "scalar": scalar}
    ours = {**request, "by": "gleaner"}
    peers = {name: {**request, "by": by} for name, by in RUST.items()}
    for name, call in PYTHON.items():
        if name.startswith("statsmodels") and (scalar == "f32" or order > 51):
            continue
        if name == ("numpy QR" if scalar == "f32" else "scipy QR"):
            continue  # in f64 the same code of LAPACK; in f32 numpy works in f64
        peers[name] = lambda call=call: call(typed)
    cells = count * order
    least = settings.least if cells < 200_000 else 0.0
    answer = compare(bench, settings, ours, peers, least=least, warm=cells < 10_000_000)
    if settings.threads == 1:
        smallest = count <= 1000
        chosen = np.arange(count) if smallest else np.random.default_rng(2).choice(count, 256, replace=False)
        wanted = exact(a) if smallest else reference(a, chosen)
        answer["digits"] = "60 digits, all rows" if smallest else "64-bit mantissa, exact Gram, 256 rows"
        answer["error"] = errors(bench.numbers(**ours)[:count][chosen], wanted)
        for name, peer in peers.items():
            try:
                found = bench.numbers(**peer) if isinstance(peer, dict) else peer()
                answer["peers"][name]["error"] = errors(found[chosen], wanted)
            except np.linalg.LinAlgError:
                pass
    return {"rows": count, "columns": order, "scalar": scalar, "threads": settings.threads, **answer}


def golden_errors(bench):
    """Largest absolute error on the golden sets, or why there is none."""
    sets = [(case, "leverage") for case in golden("leverage")] + [(case, "NIST") for case in golden("nist_linear")]
    table = []
    for case, origin in sets:
        a, wanted = np.array([numbers(row) for row in case["rows"]]), numbers(case["leverage"])
        bench.load("golden", a)
        line = {"name": case["name"], "origin": origin, "rows": len(a), "columns": a.shape[1], "error": {}}
        for scalar in ("f64", "f32"):
            typed = a.astype(np.float32 if scalar == "f32" else np.float64)
            calls = {"gleaner": "gleaner", **RUST, **PYTHON}
            for name, call in calls.items():
                note = ""
                try:
                    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                        if callable(call):
                            found = call(typed)
                        else:
                            found = bench.numbers(op="leverage", key="golden", scalar=scalar, by=call)
                    if len(found) > len(a):
                        note = f"rank {found[-1]:.0f}"
                    worst = float(np.max(np.abs(found[: len(a)] - wanted)))
                    line["error"][f"{name}, {scalar}"] = [worst if np.isfinite(worst) else None, note]
                except Exception as error:  # whatever a peer raises is what it has to say
                    line["error"][f"{name}, {scalar}"] = [None, type(error).__name__]
        table.append(line)
    return table


def scaling(bench, settings):
    """Seconds over n at N = 51 and over N at n = 5000: f64."""
    counts = [1000, 3000, 10_000] if settings.quick else [1000, 3000, 10_000, 30_000, 100_000]
    orders = [11, 21, 51] if settings.quick else [11, 21, 51, 101, 201, 401]
    lines = []
    for along, sizes in (("n", [(n, 51) for n in counts]), ("N", [(5000, order) for order in orders])):
        for count, order in sizes:
            a = design(count, order)
            bench.load("design", a)
            request = {"op": "leverage", "key": "design", "scalar": "f64"}
            peers = {"faer QR, thin Q": {**request, "by": "faer_qr"}}
            peers["faer Gram, Cholesky"] = {**request, "by": "faer_cholesky"}
            for name in ("numpy QR", "numpy Gram, Cholesky"):
                peers[name] = lambda call=PYTHON[name], a=a: call(a)
            answer = compare(bench, settings, {**request, "by": "gleaner"}, peers, repeats=3)
            lines.append({"along": along, "rows": count, "columns": order, **answer})
    return lines


def measure(bench, settings):
    result = {"sizes": []}
    sizes = QUICK[settings.threads - 1 :] if settings.quick else SIZES
    for count, order in sizes:
        for scalar in ("f64", "f32"):
            result["sizes"].append(one_size(bench, settings, count, order, scalar))
    if settings.threads == 1:
        result["golden"] = golden_errors(bench)
        result["scaling"] = scaling(bench, settings)
    return result
