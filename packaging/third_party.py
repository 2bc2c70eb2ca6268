#!/usr/bin/env python3
"""Writes what the licences of the code in an archive ask to be passed on: the packages that are compiled into
the library (and into the tool, where its package is named), then each text of a licence once.

    third_party.py TARGET [PACKAGE...]
"""

import json
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
target, tools = sys.argv[1], sys.argv[2:]
NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE")


def cargo(*arguments):
    return subprocess.run(
        ["cargo", *arguments, "--locked"], cwd=root, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


# The tree knows which packages are really compiled in, the metadata where they lie.
wanted = [argument for package in ("gleaner-ffi", *tools) for argument in ("--package", package)]
tree = cargo("tree", "--quiet", *wanted, "--target", target, "--edges", "normal,no-proc-macro", "--prefix", "none")
used = {tuple(line.split()[:2]) for line in tree.splitlines() if line.strip()}
packages = [
    package
    for package in json.loads(cargo("metadata", "--format-version=1"))["packages"]
    if package["source"] and (package["name"], f"v{package['version']}") in used
]
packages.sort(key=lambda package: (package["name"], package["version"]))

texts, without = {}, []
print(
    "Compiled in, beside Rust's own library (core; on hosts std), which is MIT or Apache-2.0 by the Rust\n"
    "project's contributors:\n"
)
for package in packages:
    name = f"{package['name']} {package['version']}"
    print(f"{name}: {package['license']}")
    directory = pathlib.Path(package["manifest_path"]).parent
    files = sorted(file for file in directory.iterdir() if file.is_file() and file.name.upper().startswith(NAMES))
    for file in files:
        texts.setdefault(file.read_text(errors="replace").strip(), []).append(f"{name} ({file.name})")
    if not files:
        without.append(f"{name} by {', '.join(package['authors']) or 'its authors'}")
if without:
    print(f"\nWithout a file of their licence: {'; '.join(without)}")
for text, names in texts.items():
    print(f"\n{'=' * 78}\n{', '.join(names)}\n\n{text}")
