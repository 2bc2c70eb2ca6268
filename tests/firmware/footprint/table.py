"""Checks the measured figures against limits.txt, README.md and FOOTPRINT.md, or writes these.

table.py OUT ROOT MODE COLUMN...    MODE: "", --write, --tighten; COLUMN: TARGET-LEVEL:BOARD
"""

import re
import sys
from pathlib import Path

import limits
import pages
from collect import collect
from goals import derive

# A number of a table may differ so much from the measured one before the table is out of date.
SLACK = 0.05
LEAST = 16

NUMBER = re.compile(r"\d+(?: \d{3})*(?:\.\d+)?")


def near(written, measured):
    """Whether two texts are the same but for numbers that are near each other."""
    if NUMBER.sub("#", written) != NUMBER.sub("#", measured):
        return False
    for old, new in zip(NUMBER.findall(written), NUMBER.findall(measured), strict=True):
        old, new = (float(number.replace(" ", "")) for number in (old, new))
        if abs(old - new) > max(SLACK * new, LEAST if new >= 100 else SLACK * new):
            return False
    return True


def block(text, name):
    """The text before, between and after the markers of this name."""
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, rest = text.split(start)
    inside, after = rest.split(end)
    return before + start, inside, end + after


def main():
    out, root, mode, *columns = sys.argv[1:]
    out, root = Path(out), Path(root)
    here = Path(__file__).parent
    figures = collect(out, columns)
    derive(figures)
    names = [column.split(":")[0] for column in columns]

    path = here / "limits.txt"
    known = limits.read(path)
    if mode == "--tighten":
        known = limits.tighten(known, figures)
        limits.write(path, known, names)
    faults = limits.faults(known, figures)

    for page, rendered in pages.render(figures, names).items():
        path, name = root / page[0], page[1]
        before, written, after = block(path.read_text(), name)
        if mode in ("--write", "--tighten"):
            path.write_text(before + rendered + after)
        else:
            for old, new in zip(written.splitlines(), rendered.splitlines()):
                if not near(old, new):
                    faults.append(f"{page[0]} is out of date (footprint.sh --write):\n- {old}\n+ {new}")
            if len(written.splitlines()) != len(rendered.splitlines()):
                faults.append(f"{page[0]} has other lines than what was measured (footprint.sh --write)")
    print("\n".join(faults) if faults else "footprint: every figure is within its limit")
    print(pages.summary(figures))
    return 1 if faults else 0


sys.exit(main())
