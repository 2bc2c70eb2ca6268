"""Adjoint rows: gleaner in closed form and by quadrature, the authors' way in torch, numpy over all rows at once.

The row is the integral over t in [0, 1] of the gradient of f at t theta, and f(0) behind it.
"""

import numpy as np
import scipy.special

from pairs import compare, golden, numbers

try:
    import torch
except ImportError:
    torch = None

STEPS = 5000
SLOPE = float(np.float32(0.01))  # of the leaky ReLU: the same in both precisions
# Name, layers as (inputs, outputs, bias, activation), nodes a panel (0: closed form).
MODELS = [
    ("bounded swish neuron, 20 inputs", [(20, 1, True, "bounded_swish_1_2_1")], 0),
    ("100-10-1, ReLU, closed form", [(100, 10, True, "relu"), (10, 1, False, "sigmoid")], 0),
    ("100-10-1, tanh, 8 nodes", [(100, 10, True, "tanh"), (10, 1, True, "sigmoid")], 8),
    ("100-10-1, tanh, 32 nodes", [(100, 10, True, "tanh"), (10, 1, True, "sigmoid")], 32),
    ("64-10-10-1, ReLU with kinks, 8 nodes", [(64, 10, True, "relu"), (10, 10, True, "relu"), (10, 1, True, "sigmoid")], 8),
]


def bounded_swish(s):
    slope, gate = np.sqrt(2) - 1, scipy.special.expit(s)
    return s * (1 + slope * gate), 1 + slope * gate + s * slope * gate * (1 - gate)


def gated(s, gate, slope):
    return s * gate, gate + s * slope


# Value and derivative.
ACTIVATIONS = {
    "identity": lambda s: (s, np.ones_like(s)),
    "relu": lambda s: (np.maximum(s, 0), (s > 0).astype(s.dtype)),
    "leaky_relu_0.01": lambda s: (np.where(s > 0, s, SLOPE * s), np.where(s > 0, 1.0, SLOPE)),
    "sigmoid": lambda s: (scipy.special.expit(s), scipy.special.expit(s) * scipy.special.expit(-s)),
    "tanh": lambda s: (np.tanh(s), 1 - np.tanh(s) ** 2),
    "softplus": lambda s: (np.logaddexp(0, s), scipy.special.expit(s)),
    "silu": lambda s: gated(s, scipy.special.expit(s), scipy.special.expit(s) * scipy.special.expit(-s)),
    "gelu_erf": lambda s: gated(s, scipy.special.ndtr(s), np.exp(-s * s / 2) / np.sqrt(2 * np.pi)),
    "elu_1": lambda s: (np.where(s > 0, s, np.expm1(np.minimum(s, 0))), np.where(s > 0, 1.0, np.exp(np.minimum(s, 0)))),
    "exp": lambda s: (np.exp(s), np.exp(s)),
    "sin": lambda s: (np.sin(s), np.cos(s)),
    "bounded_swish_1_2_1": bounded_swish,
}


def split(theta, layers):
    """(W, b or None) of each layer."""
    parts, at = [], 0
    for layer in layers:
        inputs, outputs = layer["inputs"], layer["outputs"]
        weights = theta[at : at + inputs * outputs].reshape(outputs, inputs)
        at += inputs * outputs
        bias = theta[at : at + outputs] if layer["bias"] else None
        at += outputs if layer["bias"] else 0
        parts.append((weights, bias))
    return parts


def add_gradients(rows, layers, theta, x, weight, seed=None):
    """Adds weight times the gradients at theta to the rows; `seed` makes the last slope from the last pre-activation."""
    inputs, slopes, s = [], [], None
    h = x
    for layer, (weights, bias) in zip(layers, split(theta, layers)):
        inputs.append(h)
        s = h @ weights.T
        if bias is not None:
            s += bias
        h, slope = ACTIVATIONS[layer["activation"]](s)
        slopes.append(slope)
    delta = weight * (slopes[-1] if seed is None else seed(s, h))
    at = len(theta)
    for k in reversed(range(len(layers))):
        weights, bias = split(theta, layers)[k]
        outputs, width = weights.shape
        if bias is not None:
            at -= outputs
            rows[:, at : at + outputs] += delta
        at -= outputs * width
        rows[:, at : at + outputs * width] += (delta[:, :, None] * inputs[k][:, None, :]).reshape(len(x), -1)
        if k > 0:
            delta = (delta @ weights) * slopes[k - 1]
    return h


def numpy_rows(layers, theta, x, nodes):
    """All rows at once. nodes 0: the closed form, q grad s with q = (phi(s) - phi(0)) / (L s)."""
    rows = np.zeros((len(x), len(theta) + 1), x.dtype)
    phi = ACTIVATIONS[layers[-1]["activation"]]
    if nodes == 0:

        def seed(s, value):
            at_zero, slope = phi(np.zeros_like(s))
            with np.errstate(all="ignore"):
                return np.where(s == 0, slope, (value - at_zero) / s) / len(layers)

        add_gradients(rows[:, :-1], layers, theta, x, 1.0, seed)
    else:
        places, weights = np.polynomial.legendre.leggauss(nodes)
        for place, weight in zip((places + 1) / 2, weights / 2):
            add_gradients(rows[:, :-1], layers, (place * theta).astype(x.dtype), x, x.dtype.type(weight))
    rows[:, -1] = at_zero_of(layers)
    return rows


def at_zero_of(layers):
    h = np.zeros(1)
    for layer in layers:
        h = ACTIVATIONS[layer["activation"]](np.zeros(1))[0]
    return float(h[0])


def torch_activation(name, s):
    functional = torch.nn.functional
    plain = {"identity": lambda s: s, "elu_1": functional.elu, "gelu_erf": functional.gelu, "softplus": functional.softplus}
    if name in plain:
        return plain[name](s)
    if name == "bounded_swish_1_2_1":
        return s * (1 + (2**0.5 - 1) * torch.sigmoid(s))
    if name == "leaky_relu_0.01":
        return functional.leaky_relu(s, SLOPE)
    return functional.silu(s) if name == "silu" else getattr(torch, name)(s)


def torch_row(layers, theta, x, steps=STEPS):
    """The authors' way, with its factor t put right: autograd at the middle of each step, one after the other."""
    theta, x = torch.from_numpy(theta), torch.from_numpy(x)
    total = torch.zeros_like(theta)
    for step in range(steps):
        at = ((step + 0.5) / steps * theta).requires_grad_()
        h = x
        for layer, (weights, bias) in zip(layers, split(at, layers)):
            h = torch_activation(layer["activation"], weights @ h if bias is None else weights @ h + bias)
        total += torch.autograd.grad(h.sum(), at)[0]
    return np.append((total / steps).numpy(), at_zero_of(layers))


def timed(bench, settings):
    generator = np.random.default_rng(1)
    count = 200 if settings.quick else 2000
    cases = []
    for name, shapes, nodes in MODELS:
        keys = ("inputs", "outputs", "bias", "activation")
        layers = [dict(zip(keys, shape)) for shape in shapes]
        size = sum(layer["inputs"] * layer["outputs"] + layer["outputs"] * layer["bias"] for layer in layers)
        theta = generator.normal(size=size).astype(np.float32) * 0.2
        x = generator.normal(size=(count, layers[0]["inputs"])).astype(np.float32)
        bench.load("inputs", x)
        model = {"layers": layers, "theta": [float(value) for value in theta], "nodes": nodes or 8}
        for scalar, dtype in (("f64", np.float64), ("f32", np.float32)):
            typed, inputs = theta.astype(dtype), x.astype(dtype)
            peers = {"numpy, all rows": lambda: numpy_rows(layers, typed, inputs, nodes)}
            if torch and settings.torch and settings.threads == 1 and not nodes == 32:
                steps = STEPS // 50 if settings.quick else STEPS // 10
                authors = lambda: torch_row(layers, typed, inputs[0], steps)  # noqa: E731
                # One row by a part of the steps stands for all rows by all of them.
                peers["authors' way, 5000 steps"] = (authors, steps / STEPS / count)
            ours = {"op": "rows", "by": "row", "key": "inputs", "scalar": scalar, "model": model}
            answer = compare(bench, settings, ours, peers)
            cases.append({"name": name, "rows": count, "scalar": scalar, "threads": settings.threads, **answer})
    return cases


def golden_errors(bench, settings):
    """Largest error of a family's rows relative to their norms."""
    families = {}
    for case in golden("adjoint"):
        families.setdefault(case["family"], []).append(case)
    table = []
    for family, cases in families.items():
        line = {"family": family, "error": {}}
        alive = [case for case in cases if any(float(entry) for entry in case["adjoint"])]
        for case in cases:
            layers = case["layers"]
            theta, x = numbers(case["theta"]), numbers(case["x"])[None, :]
            wanted = np.append(numbers(case["adjoint"]), float(case["value_at_zero"]))
            smooth = all(layer["activation"] in ("identity", "relu", "leaky_relu_0.01") for layer in layers[:-1])
            closed = smooth and not any(layer["bias"] for layer in layers[1:])
            bench.load("inputs", x)
            found = {}
            for scalar in ("f64", "f32"):
                model = {"layers": layers, "theta": case["theta"], "nodes": 32}
                request = {"op": "rows", "by": "row", "key": "inputs", "scalar": scalar, "model": model}
                found[f"gleaner, {scalar}"] = bench.numbers(**request)
                dtype = np.float32 if scalar == "f32" else np.float64
                typed, inputs = theta.astype(dtype), x.astype(dtype)
                if closed:
                    found[f"numpy closed form, {scalar}"] = numpy_rows(layers, typed, inputs, 0)[0]
                found[f"numpy 32 nodes, {scalar}"] = numpy_rows(layers, typed, inputs, 32)[0]
                if torch and settings.torch and case is alive[-1] and not (settings.quick and scalar == "f32"):
                    steps = STEPS // 10 if settings.quick else STEPS
                    found[f"authors' way, {steps} steps, {scalar}"] = torch_row(layers, typed, inputs[0], steps)
            for name, row in found.items():
                error = float(np.linalg.norm(row - wanted) / (np.linalg.norm(wanted) or 1))
                line["error"][name] = max(error, line["error"].get(name, 0.0))
        table.append(line)
    return table


def measure(bench, settings):
    if torch:
        torch.set_num_threads(settings.threads)
    result = {"cases": timed(bench, settings)}
    if settings.threads == 1:
        result["golden"] = golden_errors(bench, settings)
    return result
