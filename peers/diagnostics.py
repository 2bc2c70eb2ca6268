"""Leave-one-out residuals, both studentised residuals, Cook's distance and DFFITS: gleaner, statsmodels, numpy."""

import warnings

import numpy as np
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.outliers_influence import OLSInfluence

from leverage import design
from pairs import compare, golden, numbers

SIZES = [(1000, 21), (10_000, 51)]
QUICK = [(300, 11)]
# The golden file's names, in the order of gleaner's figures.
FIGURES = ["leave_one_out_residual", "studentised_internal", "studentised_external", "cooks_distance", "dffits"]


def statsmodels_three(x, y):
    found = OLSInfluence(OLS(y, x).fit())
    return np.stack([found.resid_press, found.resid_studentized_internal, found.cooks_distance[0]], axis=1)


def statsmodels_all(x, y):
    found = OLSInfluence(OLS(y, x).fit())
    figures = [found.resid_press, found.resid_studentized_internal, found.resid_studentized_external]
    return np.stack([*figures, found.cooks_distance[0], found.dffits[0]], axis=1)


def numpy_all(x, y):
    """Closed forms over a QR."""
    count, order = x.shape
    q, r = np.linalg.qr(x)
    error = y - x @ np.linalg.solve(r, q.T @ y)
    leverage = np.einsum("ij,ij->i", q, q)
    rest, total = 1 - leverage, error @ error
    left_out = error / rest
    internal = error / np.sqrt(total / (count - order) * rest)
    external = error / np.sqrt((total - error * left_out) / (count - order - 1) * rest)
    cook = internal**2 * leverage / rest / order
    return np.stack([left_out, internal, external, cook, external * np.sqrt(leverage / rest)], axis=1)


def worst(found, wanted):
    """Largest relative error where the wanted number is defined."""
    defined = np.isfinite(wanted)
    with np.errstate(all="ignore"):
        ratio = np.abs(found - wanted)[defined] / np.abs(wanted)[defined]
    return float(np.max(np.nan_to_num(ratio, nan=np.inf)))


def golden_cases():
    for case in golden("diagnostics"):
        x, y = np.array([numbers(row) for row in case["rows"]]), numbers(case["y"])
        yield x, y, np.stack([numbers(case[name]) for name in FIGURES], axis=1)


def measure(bench, settings):
    cases = []
    errors = {}
    warnings.simplefilter("ignore")  # a row alone in its direction leaves a design without it that is rank-deficient
    for x, y, wanted in golden_cases():
        bench.load("regression", np.column_stack([x, y]))
        three = wanted[:, [0, 1, 3]]
        found = {
            "gleaner": worst(bench.numbers(op="diagnostics", key="regression", scalar="f64").reshape(-1, 5), wanted),
            "gleaner, f32": worst(bench.numbers(op="diagnostics", key="regression", scalar="f32").reshape(-1, 5), wanted),
            "statsmodels, all five": worst(statsmodels_all(x, y), wanted),
            "statsmodels, three in closed form": worst(statsmodels_three(x, y), three),
            "numpy QR, all five": worst(numpy_all(x, y), wanted),
        }
        errors = {name: max(error, errors.get(name, 0.0)) for name, error in found.items()}
    for count, order in QUICK if settings.quick else SIZES:
        x = design(count, order)
        y = x @ np.ones(order) + np.random.default_rng(3).normal(size=count)
        bench.load("regression", np.column_stack([x, y]))
        peers = {
            "statsmodels, all five": lambda: statsmodels_all(x, y),
            "statsmodels, three in closed form": lambda: statsmodels_three(x, y),
            "numpy QR, all five": lambda: numpy_all(x, y),
        }
        if count > 1000:
            del peers["statsmodels, all five"]  # it fits without each row in turn
        for scalar in ("f64", "f32"):
            ours = {"op": "diagnostics", "key": "regression", "scalar": scalar}
            answer = compare(bench, settings, ours, peers)
            answer["error"] = errors["gleaner" if scalar == "f64" else "gleaner, f32"]
            for name, figures in answer["peers"].items():
                figures["error"] = errors[name]
            name = f"{count} x {order}"
            cases.append({"name": name, "items": count, "scalar": scalar, "threads": 1, **answer})
    return {"cases": cases}
