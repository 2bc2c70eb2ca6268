#!/usr/bin/env python3
"""Makes what head.c needs but for the head's header, which the tool makes: trains a 64-8-6 network on the first digits
of cli/data/digits.csv.gz, and takes its body to int8 as TensorFlow Lite does.

    python3 ffi/examples/digits.py    at the project's root; needs numpy

digits.json: the network. digits_body.h: the body's integers. digits_pilot.csv: the body's int8 outputs for the digits
trained on. The last bits of a training vary with numpy and processor, and the three belong together: commit all of
them, with a new model_digits.h, or none.
"""

import gzip
import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "cli" / "data" / "digits.csv.gz"
TRAINED, PIXELS, HIDDEN, CLASSES = 216, 64, 8, 6
STEPS, RATE, DECAY = 1000, 0.01, 1e-3
# Pixels are 0 to 16 and go into the body as they come: an int8 tensor of this scale, zero point 0.
INPUT_SCALE = 1 / 16
ZERO = -128


def outputs(parameters, x):
    """The embedding, and the logits."""
    weights, bias, head, head_bias = parameters
    hidden = np.maximum(x @ weights.T + bias, 0)
    return hidden, hidden @ head.T + head_bias


def train(x, y):
    """Adam on the cross-entropy of everything at once."""
    # Pixels are never negative: kernels of mean 0 keep most neurons alive, and this seed all of them.
    generator = np.random.default_rng(3)
    kernel = generator.normal(0, 0.2, (HIDDEN, PIXELS))
    kernel -= kernel.mean(axis=1, keepdims=True)
    parameters = [kernel, np.full(HIDDEN, 0.1), generator.normal(0, 0.35, (CLASSES, HIDDEN)), np.zeros(CLASSES)]
    first, second = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    for step in range(1, STEPS + 1):
        hidden, logits = outputs(parameters, x)
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        slope = (chances - np.eye(CLASSES)[y]) / len(y)
        back = (slope @ parameters[2]) * (hidden > 0)
        gradients = [back.T @ x, back.sum(axis=0), slope.T @ hidden, slope.sum(axis=0)]
        for k, gradient in enumerate(gradients):
            gradient = gradient + DECAY * parameters[k] * (parameters[k].ndim == 2)
            first[k] = 0.9 * first[k] + 0.1 * gradient
            second[k] = 0.999 * second[k] + 0.001 * gradient**2
            mean, square = first[k] / (1 - 0.9**step), second[k] / (1 - 0.999**step)
            parameters[k] = parameters[k] - RATE * mean / (np.sqrt(square) + 1e-8)
    return [np.round(p, 5) for p in parameters]


class Body:
    """The first layer in integers."""

    def __init__(self, weights, bias, largest):
        scale = np.abs(weights).max() / 127
        # Three digits are enough, and short in a command.
        digits = 2 - int(np.floor(np.log10(largest / 255)))
        self.scale = np.ceil(largest / 255 * 10**digits) / 10**digits
        self.weights = np.round(weights / scale).astype(int)
        self.bias = np.round(bias / (scale * INPUT_SCALE)).astype(int)
        # A sum in units of scale * INPUT_SCALE, in the output's units: times multiplier / 2^shift.
        factor = scale * INPUT_SCALE / self.scale
        self.shift = 30 - int(np.floor(np.log2(factor)))
        self.multiplier = int(np.round(factor * 2**self.shift))

    def run(self, pixels):
        sums = np.maximum(pixels @ self.weights.T + self.bias, 0)
        # Python's integers: the product takes 64 bits.
        raised = sums.astype(object) * self.multiplier + (1 << (self.shift - 1))
        return np.minimum((raised >> self.shift).astype(int) + ZERO, 127)

    def header(self):
        def table(kind, name, shape, values):
            numbers = [str(value) for value in values.ravel()]
            lines = (", ".join(numbers[i : i + 16]) for i in range(0, len(numbers), 16))
            body = "".join(f"  {line},\n" for line in lines)
            return f"static const {kind} {name}[{shape}] = {{\n{body}}};\n"

        return (
            "/* The body of the digits' network: a dense layer with ReLU, in integers.\n"
            " * Made by digits.py, not to be edited. */\n"
            "#ifndef DIGITS_BODY_H\n#define DIGITS_BODY_H\n\n#include <stdint.h>\n\n"
            f"#define BODY_INPUTS {PIXELS}\n#define BODY_OUTPUTS {HIDDEN}\n"
            f"/* An output o stands for {self.scale:g} (o - BODY_ZERO). */\n#define BODY_ZERO ({ZERO})\n"
            "/* From a sum's units to an output's. */\n"
            f"#define BODY_MULTIPLIER {self.multiplier}\n#define BODY_SHIFT {self.shift}\n\n"
            + table("int8_t", "body_weights", "BODY_OUTPUTS * BODY_INPUTS", self.weights)
            + table("int32_t", "body_bias", "BODY_OUTPUTS", self.bias)
            + "\n#endif\n"
        )


def main():
    table = np.loadtxt(gzip.open(DATA, "rt"), delimiter=",", skiprows=1, dtype=int)
    pixels, y = table[:, :-1], table[:, -1]
    parameters = train(pixels[:TRAINED] * INPUT_SCALE, y[:TRAINED])
    weights, bias, head, head_bias = parameters
    hidden, logits = outputs(parameters, pixels * INPUT_SCALE)
    body = Body(weights, bias, hidden[:TRAINED].max())
    embeddings = body.run(pixels)
    quantised = (embeddings - ZERO) * body.scale @ head.T + head_bias
    for name, found in ("float", logits), ("int8 body", quantised):
        right = found.argmax(axis=1) == y
        seen, new = right[:TRAINED].mean(), right[TRAINED:].mean()
        print(f"{name}: {seen:.3f} right of those trained on, {new:.3f} of the others")
    print(f"int8 outputs for export: --quantised {body.scale:g},{ZERO}")
    print(f"their deviations: {embeddings[:TRAINED].std(axis=0).round()}")

    layers = [
        {"inputs": PIXELS, "outputs": HIDDEN, "bias": True, "activation": "relu"},
        {"inputs": HIDDEN, "outputs": CLASSES, "bias": True, "activation": "identity"},
    ]
    theta = [float(value) for p in parameters for value in p.ravel()]
    (HERE / "digits.json").write_text(json.dumps({"layers": layers, "theta": theta}, separators=(",", ":")) + "\n")
    (HERE / "digits_body.h").write_text(body.header())
    rows = "".join(",".join(map(str, row)) + "\n" for row in embeddings[:TRAINED])
    (HERE / "digits_pilot.csv").write_text(rows)


main()
