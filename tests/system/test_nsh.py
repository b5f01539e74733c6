# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The corpus of shell scripts on our shell and on edk2's (Debian's binary): what differs is known, and has a reason."""

import difflib

import pytest

import nsh_corpus


@pytest.mark.long
def test_scripts(start, firmware, tmp_path):
    if firmware == "ovmf":
        pytest.skip("the shells are compared, not the firmware below them")
    theirs = nsh_corpus.run(start, tmp_path, "edk2")
    ours = nsh_corpus.run(start, tmp_path, "ours")
    known = nsh_corpus.differences()
    surprises, found = [], set()
    for topic in nsh_corpus.TOPICS:
        assert list(ours[topic]) == list(theirs[topic]) and list(ours[topic])[-1] == "end", f"{topic}.nsh did not end"
        for case, lines in ours[topic].items():
            name = f"{topic}.{case}"
            if lines == theirs[topic][case]:
                continue
            found.add(name)
            if name not in known:
                surprises += [name, *difflib.unified_diff(theirs[topic][case], lines, "edk2", "ours", lineterm="", n=1)]
    assert not surprises, "\n".join(surprises)
    assert found == set(known), f"these are said to differ, and do not: {set(known) - found}"
