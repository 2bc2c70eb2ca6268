"""The committed limits: a table of figure by column, `-` where a figure is still to be set."""

from goals import TARGETS

HEAD = """\
# Limits of the footprint's figures: a figure above its limit fails the check. `footprint.sh --tighten` lowers
# them to what is measured and 3 %, and sets those that are `-`; a limit rises only by hand. `.`: not measured.
"""


def read(path):
    """{(name, column): limit or None}"""
    limits = {}
    if not path.exists():
        return limits
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    columns = lines[0].split("\t")[1:]
    for line in lines[1:]:
        name, *cells = line.split("\t")
        for column, cell in zip(columns, cells, strict=True):
            if cell.strip() != ".":
                limits[name, column] = None if cell.strip() == "-" else int(cell)
    return limits


def write(path, limits, columns):
    names = sorted({name for name, _ in limits})
    rows = ["\t".join(["figure", *columns])]
    for name in names:
        cells = [limits.get((name, column), ".") for column in columns]
        rows.append("\t".join([name, *("-" if cell is None else str(cell) for cell in cells)]))
    path.write_text(HEAD + "\n".join(rows) + "\n")


def tighten(limits, figures):
    """Limits of the figures that there are now."""
    new = {}
    for key, figure in figures.items():
        limit = -(-figure * 103 // 100)
        target, _ = TARGETS.get(key[0], (None, None))
        if target is not None and figure <= target:
            limit = min(limit, target)
        old = limits.get(key)
        new[key] = limit if old is None else min(old, limit)
    return new


def faults(limits, figures):
    """What breaks a limit, a line each."""
    found = []
    for name, column in sorted(figures.keys() | limits.keys()):
        figure, limit = figures.get((name, column)), limits.get((name, column))
        if figure is None:
            found.append(f"{column}: {name} has a limit and is not measured")
        elif limit is None:
            found.append(f"{column}: {name} is {figure} and has no limit")
        elif figure > limit:
            found.append(f"{column}: {name} is {figure}, above its limit {limit}")
    return found
