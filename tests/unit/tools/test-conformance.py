#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""docs/conformance.md: every row of a table with a test column names one, and each that is named exists."""

import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])


def exists(name):
    if name.endswith(".py"):
        return (ROOT / "tests/system" / name).exists()
    if name.startswith("selftest "):
        return (ROOT / "apps/selftest" / f"{name.split(maxsplit=1)[1].replace('-', '_')}.c").exists()
    folder, _, test = name.partition("/")
    return any((ROOT / "tests/unit" / folder).glob(f"test-{test}.*"))


def rows(text):
    """(line number, cells) of the rows of tables whose last column is "test"."""
    header = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            header = None
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if header is None:
            header = cells
        elif header[-1] == "test" and not cells[0].startswith("---"):
            yield number, cells


def problems():
    found = 0
    for number, cells in rows((ROOT / "docs/conformance.md").read_text()):
        found += 1
        tests, _, fuzzers = re.sub(r"\(.*?\)", "", cells[-1]).partition("; fuzz ")
        if not tests.strip():
            yield f"line {number}: no test for {cells[0]}"
        for name in (name.strip() for name in tests.split(",")):
            if name not in ("", "—") and not exists(name):
                yield f"line {number}: there is no test {name}"
        for name in filter(None, (name.strip() for name in fuzzers.split(","))):
            if not any((ROOT / "tests/fuzz").glob(f"*/fuzz-{name}.c")):
                yield f"line {number}: there is no fuzz target {name}"
    if found < 50:
        yield f"{found} rows with tests: the tables are not what they were"


complaints = list(problems())
print("\n".join(complaints))
sys.exit(bool(complaints))
