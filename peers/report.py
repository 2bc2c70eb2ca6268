"""Writes peers.md and its plots from results.json."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402


def duration(seconds):
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def table(head, lines):
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows) + "\n"


def times(ratio):
    """Three significant digits."""
    return f"{ratio:.2g}" if ratio < 0.1 else f"{ratio:.2f}" if ratio < 10 else f"{float(f'{ratio:.3g}'):,.0f}".replace(",", " ")


def error_of(entry):
    error = entry.get("error")
    return "" if error is None else f"{error:.1e}"


def comparison(entries, label, per=None, error="error"):
    """One table: a line for gleaner, then one a peer, for each entry. `per`: the number of items in a call."""
    lines = []
    for entry in entries:
        share = per(entry) if per else 1
        name = label(entry)
        if "failed" in entry:
            lines.append([name, "gleaner", entry["failed"], "", ""])
            continue
        lines.append([name, "**gleaner**", duration(entry["seconds"] / share), "1", error_of(entry)])
        for peer, figures in entry["peers"].items():
            if "failed" in figures:
                lines.append(["", peer, "fails: " + figures["failed"].splitlines()[0][:60], "", ""])
                continue
            low, median, high = figures["ratio"]
            ratio = f"{times(median)} ({times(low)} to {times(high)})"
            ratio = f"**behind** {ratio}" if median < 1 else ratio
            lines.append(["", peer, duration(figures["seconds"] / share), ratio, error_of(figures)])
    return table(["", "", "time", "ratio (quartiles)", error], lines)


def sizes(results, module, key="cases"):
    return [entry for run in results["threads"].values() for entry in run.get(module, {}).get(key, [])]


def threads(entry):
    return "1 thread" if entry["threads"] == 1 else f"{entry['threads']} threads"


def rows_page(results):
    entries = sizes(results, "rows")
    page = "## Adjoint rows\n\n" + ABOUT["rows"] + "\n\n"
    page += comparison(entries, lambda e: f"{e['name']}, {e['scalar']}, {threads(e)}", lambda e: e["rows"], "")
    golden = results["threads"]["1"].get("rows", {}).get("golden")
    if golden:
        names = list(golden[0]["error"])
        lines = [[line["family"]] + [cell(line["error"].get(name)) for name in names] for line in golden]
        page += "\nLargest error relative to the row's norm, against 60 digits:\n\n" + table(["", *names], lines)
    return page


def cell(value):
    return "" if value is None else f"{value:.0e}"


def leverage_page(results, out):
    page = "## Leverages of all rows\n\n" + ABOUT["leverage"] + "\n\n"
    label = lambda e: f"{e['rows']} x {e['columns']}, {e['scalar']}, {threads(e)}"  # noqa: E731
    page += comparison(sizes(results, "leverage", "sizes"), label, error="largest relative error")
    one = results["threads"]["1"].get("leverage", {})
    if "scaling" in one:
        for along in ("n", "N"):
            plot(one["scaling"], along, out / f"leverage-{along}.svg")
            page += f"\n![seconds over {along}](leverage-{along}.svg)\n"
    if "golden" in one:
        for scalar in ("f64", "f32"):
            names = [name.removesuffix(f", {scalar}") for name in one["golden"][0]["error"] if name.endswith(scalar)]
            lines = []
            for line in one["golden"]:
                cells = []
                for name in names:
                    worst, note = line["error"][f"{name}, {scalar}"]
                    text = note if worst is None else f"{worst:.0e}" + (f", says {note}" if note else "")
                    text = text or "not finite"
                    cells.append(f"**{text}**" if worst is None or worst > 0.01 else text)
                lines.append([line["name"], *cells])
            page += f"\nLargest absolute error on the golden sets, {scalar}; bold: fails, or wrong by more than 0.01.\n\n"
            page += table(["", *names], lines)
    return page


def plot(lines, along, path):
    lines = [line for line in lines if line["along"] == along]
    key = "rows" if along == "n" else "columns"
    figure, axes = plt.subplots(figsize=(6, 4))
    axes.loglog([line[key] for line in lines], [line["seconds"] for line in lines], "o-", label="gleaner")
    for name in lines[0]["peers"]:
        axes.loglog([line[key] for line in lines], [line["peers"][name]["seconds"] for line in lines], "o--", label=name)
    fixed = f"N = {lines[0]['columns']}" if along == "n" else f"n = {lines[0]['rows']}"
    axes.set(xlabel=along, ylabel="seconds", title=f"Leverages of all rows, f64, 1 thread, {fixed}")
    axes.legend()
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def plain_page(results, module, title, error="largest relative error"):
    entries = sizes(results, module)
    label = lambda e: f"{e['name']}, {e['scalar']}"  # noqa: E731
    return f"## {title}\n\n{ABOUT[module]}\n\n" + comparison(entries, label, lambda e: e["items"], error)


def machine_page(results):
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(machine["versions"].items()))
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}. Python {machine['python']}, "
        f"{machine['rustc']}, {machine['gcc']}. {versions}. gleaner at commit {machine['commit']}.\n"
    )


def behind(results):
    """All peers that are faster, the worst first."""
    lines = []
    for run in results["threads"].values():
        for module, content in run.items():
            for entry in content.get("sizes", []) + content.get("cases", []):
                for peer, figures in entry.get("peers", {}).items():
                    if "ratio" in figures and figures["ratio"][1] < 1:
                        name = entry.get("name") or f"{entry['rows']} x {entry['columns']}"
                        case = f"{module}: {name}, {entry['scalar']}, {threads(entry)}"
                        lines.append((figures["ratio"][1], case, peer, error_of(entry), error_of(figures)))
    if not lines:
        return "Nowhere.\n"
    head = ["case", "peer", "ratio", "gleaner's error", "peer's error"]
    return table(head, [[case, peer, f"{ratio:.2f}", own, its] for ratio, case, peer, own, its in sorted(lines)])


ABOUT = {
    "rows": "Time a row. Authors' way: 5000 steps along the path, autograd at each, in torch. numpy: all rows at once, "
    "in closed form or with as many nodes a row, without a split at kinks.",
    "leverage": "Time of all leverages from the rows: gleaner takes all rows into its factor, without a ridge, then "
    "scores them, both in blocks (feature simd). Gram and Cholesky squares the condition number.",
    "diagnostics": "Time a row for the regression, its leverages, leave-one-out and both studentised residuals, Cook's "
    "distance and DFFITS.",
    "sampling": "Time an item. datasketches is called from Python item by item: *crossing* is a call of the sketch that "
    "does nothing, and *without crossing* its time less that. rand's sample without replacement is Efraimidis and "
    "Spirakis', whose inclusions are not proportional to the weights, and holds O(n).",
    "outliers_speed": "Time a score with its verdict. emlearn: the C code of its elliptic envelope, in a loop in C.",
}


def main():
    out = Path(sys.argv[1])
    results = json.loads((out / "results.json").read_text())
    quick = " Small sizes (--quick)." if results["quick"] else ""
    page = ["# gleaner and its peers\n"]
    page.append(machine_page(results))
    page.append(
        "Made by `python3 peers/run.py`. Times are medians; a ratio is the peer's time over gleaner's in the same round, "
        f"median and quartiles over the rounds: above 1 gleaner is faster.{quick}\n"
    )
    page.append("## Where gleaner is behind\n\n" + behind(results))
    done = results["threads"]["1"]
    if "rows" in done:
        page.append(rows_page(results))
    if "leverage" in done:
        page.append(leverage_page(results, out))
    if "diagnostics" in done:
        page.append(plain_page(results, "diagnostics", "Diagnostics"))
    if "sampling" in done:
        page.append(plain_page(results, "sampling", "Samplers", ""))
    if "outliers_speed" in done:
        page.append(plain_page(results, "outliers_speed", "Outlier scores", "largest relative error"))
    (out / "peers.md").write_text("\n".join(page))


if __name__ == "__main__":
    main()
