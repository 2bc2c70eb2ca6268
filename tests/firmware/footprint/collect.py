"""Reads the figures out of images and of what they printed: {(name, column): number}."""

from elf import Elf

NETWORKS = ["5-8-1", "16-16-1", "64-10-1", "5-8-1b", "16-16-1b", "64-10-1b"]
# What a stream calls, by the words of the tables.
STREAM = {
    "output": "model_value",
    "norm": "model_norm",
    "row": "model_row",
    "observe": "factor_observe",
    "score": "factor_score",
    "offer": "selector_offer",
    "drain": "selector_kept",
    "norm and reservoir": "norm_and_reservoir",
}


def lines(path):
    """The lines `name number number` of a program's text: {name: [numbers]}, without the prefix `gleaner_`."""
    found = {}
    for line in path.read_text().splitlines():
        name, *numbers = line.split()
        if name != "#":
            found[name.removeprefix("gleaner_")] = [int(number) for number in numbers]
    return found


# A reading whose row has a closed form, in the stack's programs.
CLOSED_FORM = "offer_in_closed_form"


def results(path):
    """The hash of the results that a program printed."""
    (line,) = [line for line in path.read_text().splitlines() if line.startswith("# results ")]
    return line


def flash(path):
    return Elf(path).section(".text", ".data")


def generic(entry):
    """An entry point without prefix and precision."""
    return entry.removeprefix("gleaner_").removesuffix("_f32")


def sizes(here, there):
    found = {}
    start = flash(here / "empty.elf")
    found["flash minimal"] = flash(there / "minimal-5-8-1.elf")
    found["flash everything"] = flash(there / "everything.elf")
    for network in NETWORKS:
        image = Elf(there / f"minimal-{network}.elf")
        parts = [image.symbol(part) for part in ("selector", "memory", "items", "slots")]
        found[f"ram formula {network}"] = sum(parts)
        found[f"ram measured {network}"] = image.section(".data", ".bss")
    for entry in (here / "entries").read_text().split():
        found[f"text {generic(entry)}"] = flash(here / f"entry-{entry}.elf") - start
    return found


def runs(here, there):
    found = {}
    listed = {generic(entry) for entry in (here / "entries").read_text().split()}
    single, double = (lines(there / f"{program}.txt") for program in ("stack", "stack-f64"))
    _, closed_form = single.pop(CLOSED_FORM)
    double.pop(CLOSED_FORM)
    for name, (_, stack) in single.items():
        found[f"stack {name}"] = stack
    for name, (_, stack) in double.items():
        # Those without a precision are in both programs.
        if name not in listed or f"{name}_f64" in listed:
            found[f"stack {name}_f64"] = stack
    measured = {name.removeprefix("stack ") for name in found}
    if listed != measured:
        raise SystemExit(f"entry points that entries.c does not call, or that are gone: {listed ^ measured}")
    found["reading in closed form, stack"] = closed_form
    for network in NETWORKS:
        printed = lines(there / f"stream-{network}.txt")
        for word, name in STREAM.items():
            found[f"instructions {word} {network}"] = printed[name][0]
        pivot = there / f"pivot-{network}.txt"
        if pivot.exists():
            found[f"instructions pivot {network}"] = lines(pivot)["factor_pivot"][0]
    return found


def libgcc(there):
    if not (there / "libgcc-5-8-1.txt").exists():
        return {}
    if results(there / "libgcc-5-8-1.txt") != results(there / "stream-5-8-1.txt"):
        raise SystemExit(f"{there}: with libgcc's floating point the results are not the same")
    printed = lines(there / "libgcc-5-8-1.txt")
    found = {"libgcc flash minimal": flash(there / "libgcc-minimal.elf")}
    for word, name in STREAM.items():
        found[f"libgcc {word} 5-8-1"] = printed[name][0]
    return found


def kernels(here):
    if not (here / "kernels.txt").exists():
        return {}
    found = {}
    for name, (mean, largest) in lines(here / "kernels.txt").items():
        found[f"rust {name}"] = largest
        if name.startswith("selector"):
            found[f"rust {name} mean"] = mean
    printed = lines(here / "envelope.txt")
    for name in ("emlearn_20", "score_20", "score_21"):
        found[f"envelope {name}"] = printed[name][0]
    return found


def collect(out, columns):
    """`columns`: TARGET-LEVEL:BOARD each."""
    figures, hashes = {}, {}
    for column in columns:
        column, board = column.split(":")
        target, level = column.rsplit("-", 1)
        here, there = (out / name / f"footprint-{level}" for name in (target, board))
        found = {**sizes(here, there), **runs(here, there), **libgcc(there), **kernels(here)}
        for name, number in found.items():
            figures[name, column] = number
        for network in NETWORKS:
            hashes.setdefault(network, set()).add(results(there / f"stream-{network}.txt"))
    for network, found in hashes.items():
        if len(found) != 1:
            raise SystemExit(f"{network}: scores, leverages or weights are not the same on all targets: {found}")
    return figures
