"""The tables as Markdown: what README.md shows, and all of it for FOOTPRINT.md."""

from collect import NETWORKS, STREAM
from goals import TARGETS, worst

TITLES = {
    "m0": "Cortex-M0",
    "m3": "Cortex-M3",
    "m4f": "Cortex-M4F",
    "m33": "Cortex-M33",
    "imc": "RISC-V imc",
    "imac": "RISC-V imac",
}
ORDERS = {"5-8-1": 49, "16-16-1": 273, "64-10-1": 651, "5-8-1b": 50, "16-16-1b": 274, "64-10-1b": 652}
CALLS = [*STREAM, "pivot"]
MEGAHERTZ = 48


def number(value):
    return "" if value is None else f"{value:,}".replace(",", " ")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def title(column):
    target, level = column.rsplit("-", 1)
    return f"{TITLES[target]}, {level}"


def plain(name):
    """A network's name for a reader."""
    return name.replace("b", ", all biases")


def streams(figures, column, networks=NETWORKS):
    rows = [["N"] + [number(ORDERS[network]) for network in networks]]
    rows.append(["RAM, 32 kept"] + [number(figures[f"ram measured {network}", column]) for network in networks])
    for call in CALLS:
        cells = [figures.get((f"instructions {call} {network}", column)) for network in networks]
        rows.append([call] + [number(cell) for cell in cells])
    return table(["call", *(plain(network) for network in networks)], rows)


def rate(instructions):
    """Readings a second at 2 and at 1.5 cycles an instruction, to two digits."""
    low, high = (MEGAHERTZ * 1e6 / (cycles * instructions) for cycles in (2, 1.5))
    return f"{float(f'{low:.2g}'):.0f} to {float(f'{high:.2g}'):.0f}"


def m0(figures):
    def of(name):
        return figures[name, "m0-s"]

    rows = []
    for word, call in (("selector", "offer"), ("norm and reservoir", "norm and reservoir"), ("output alone", "output")):
        ours, libgcc = of(f"instructions {call} 5-8-1"), of(f"libgcc {call} 5-8-1")
        rows.append([word, number(ours), rate(ours), number(libgcc), rate(libgcc)])
    return table(
        ["Cortex-M0, 5-8-1", "instructions", "readings/s", "with libgcc's floats", "readings/s"],
        rows,
    )


def targets(figures, columns):
    """What a reader of README.md looks for: the network 5-8-1 on each target."""
    rows = []
    for column in columns:
        stack, _ = worst(figures, column)
        shown = [
            figures["flash minimal", column],
            figures["ram measured 5-8-1", column],
            figures["reading in closed form, stack", column],
            stack,
            *(figures[f"instructions {call} 5-8-1", column] for call in ("offer", "score", "norm")),
        ]
        rows.append([title(column), *(number(value) for value in shown)])
    return table(["target, opt-level", "flash", "RAM", "stack", "any stack", "a reading", "its score", "its norm"], rows)


def rates(figures):
    """What a Cortex-M0 can do, in a sentence."""

    def of(what):
        return rate(figures[what, "m0-s"])

    return (
        f"A Cortex-M0 at {MEGAHERTZ} MHz and 1.5 to 2 cycles an instruction, which is assumed, takes "
        f"{of('instructions offer 5-8-1')} readings a\nsecond, {of('libgcc offer 5-8-1')} with libgcc's floating point, "
        f"{of('instructions norm and reservoir 5-8-1')} where the row's norm is the score and there is\nno factor.\n"
    )


def goals(figures):
    rows = []
    for name, (most, target) in TARGETS.items():
        label = name.removeprefix("goal ").replace(", per mille of ", " / ")
        cells = []
        for column in ("m4f-3", "m4f-s"):
            value = figures[name, column]
            text = f"{value / 1000:.3f}" if "per mille" in name else number(value)
            cells.append(text if value <= most else f"{text}, not met")
        rows.append([label, *cells, target])
    return table(["Cortex-M4F, f32", "opt-level 3", "opt-level s", "target"], rows)


def ram(figures, column):
    rows = []
    for network in NETWORKS:
        cells = [figures[f"ram {way} {network}", column] for way in ("formula", "measured")]
        rows.append([plain(network), *(number(cell) for cell in cells)])
    return table(["network, 32 kept", "by formula", "measured"], rows)


def listing(figures, columns, what):
    """A row an entry point, a column a target."""
    names = sorted({name for name, _ in figures if name.startswith(what + " ")})
    rows = [
        ["`gleaner_" + name.removeprefix(what + " ") + "`"]
        + [number(figures.get((name, column))) for column in columns]
        for name in names
    ]
    return table(["", *(title(column) for column in columns)], rows)


def readme(figures, columns):
    return "\n".join([targets(figures, columns), rates(figures)])


def full(figures, columns):
    parts = ["## Targets\n", goals(figures), targets(figures, columns), m0(figures)]
    parts += ["## RAM, in bytes, on the Cortex-M4F\n", ram(figures, "m4f-3")]
    for column in columns:
        parts += [f"## Instructions of the worst call: {title(column)}\n", streams(figures, column)]
    kernels = sorted(name for name, column in figures if name.startswith(("rust ", "envelope ")) and column == "m4f-3")
    rows = [[name, *(number(figures[name, column]) for column in ("m4f-3", "m4f-s"))] for name in kernels]
    parts += ["## Kernels and side by side, on the Cortex-M4F\n", table(["instructions", "3", "s"], rows)]
    parts += ["## Stack of each entry point, in bytes\n", listing(figures, columns, "stack")]
    parts += ["## Flash of each entry point alone, in bytes\n", listing(figures, columns, "text")]
    return "\n".join(parts)


def render(figures, columns):
    return {
        ("README.md", "footprint"): readme(figures, columns),
        ("tests/firmware/FOOTPRINT.md", "footprint"): full(figures, columns),
    }


def summary(figures):
    return goals(figures)
