"""Writes golden values as C tables to standard output: rows, leverages, divided differences and inclusion
probabilities. The argument is the directory of the golden files."""

import json
import sys
from pathlib import Path

ACTIVATIONS = {
    "identity": "IDENTITY",
    "relu": "RELU",
    "leaky_relu_0.01": "LEAKY_RELU, {0.01f}",
    "sigmoid": "SIGMOID",
    "tanh": "TANH",
    "softplus": "SOFTPLUS",
    "silu": "SILU",
    "gelu_erf": "GELU",
    "elu_1": "ELU, {1}",
    "exp": "EXP",
    "sin": "SIN",
    "bounded_swish_1_2_1": "BOUNDED_SWISH, {1, 2, 1}",
}


def activation(name):
    text = "GLEANER_ACTIVATION_" + ACTIVATIONS[name]
    return text if "{" in text else text + ", {0}"


def flat(value):
    """The numbers of nested lists, in order, as C writes a double."""
    if isinstance(value, list):
        return [number for item in value for number in flat(item)]
    return [repr(float(value))]


class Tables:
    """Arrays first, then the tables that point to them."""

    def __init__(self):
        self.arrays = []
        self.tables = []

    def array(self, values):
        name = f"golden_{len(self.arrays)}"
        self.arrays.append(f"static const double {name}[] = {{{', '.join(flat(values))}}};")
        return name

    def table(self, kind, cases):
        lines = "".join(f"    {{{', '.join(str(part) for part in case)}}},\n" for case in cases)
        self.tables.append(f"static const struct {kind}_case {kind}_cases[] = {{\n{lines}}};")

    def text(self):
        return "/* Written by table.py. */\n" + "\n".join(self.arrays + self.tables) + "\n"


def layer(found):
    return f"{{{found['inputs']}, {found['outputs']}, {int(found['bias'])}, {activation(found['activation'])}}}"


def main():
    directory = Path(sys.argv[1])
    read = lambda name: json.loads((directory / f"{name}.json").read_text())["cases"]
    tables = Tables()
    tables.table(
        "row",
        (
            (
                int(case["family"] == "two_layer_tanh_saturated"),
                len(case["layers"]),
                "{" + ", ".join(layer(found) for found in case["layers"]) + "}",
                len(case["theta"]),
                tables.array(case["theta"]),
                tables.array(case["x"]),
                tables.array(case["adjoint"]),
                *flat([case["value"], case["value_at_zero"], case["norm_sq_dual"]]),
            )
            for case in read("adjoint")
        ),
    )
    tables.table(
        "leverage",
        (
            (
                int(case["name"].startswith("vandermonde")),
                len(case["rows"]),
                len(case["rows"][0]),
                case["rank"],
                *flat(case["ridge"]),
                tables.array(case["rows"]),
                tables.array(case["leverage"]),
                tables.array(case["ridge_leverage"]),
                tables.array(case["online_ridge_leverage"]),
            )
            for case in read("leverage")
        ),
    )
    tables.table(
        "divided",
        (
            (
                activation(case["activation"]),
                *flat([case["z"], case["value"], case["derivative"], case["divided_difference"]]),
            )
            for case in read("divided_difference")
        ),
    )
    tables.table(
        "sampling",
        (
            (
                case["k"],
                len(case["weights"]),
                tables.array(case["weights"]),
                tables.array(case["inclusion"]),
                *flat(case["threshold"]),
            )
            for case in read("sampling")
        ),
    )
    sys.stdout.write(tables.text())


main()
