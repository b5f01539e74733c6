# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The shell at a terminal with real keys: the command line, `edit` and `hexedit`."""

import pytest

from disks import layout
from shell import disk
from terminal import Terminal
from vm import Spec

FILES = {
    "a.txt": "first line\r\nsecond line\r\n\tthird\r\n",
    "long.txt": "".join(f"line {number}\n" for number in range(1, 2001)),
    "wide.txt": "\ufeffwide €\r\n".encode("utf-16-le"),
    "b.bin": bytes(range(64)),
    # Takes all the room of the volume, in pieces of each size that still fits.
    "fill.nsh": "@echo -off\r\n" + "".join(f"setsize {64 * layout.MIB >> n} fill{n} 2> nul\r\n" for n in range(18))
    + "echo full\r\n",
}


@pytest.fixture
def at_prompt(tmp_path):
    """A terminal at FS0:'s prompt, of a VM."""
    opened = []

    def begin(firmware="cloudhv"):
        terminal = Terminal(Spec([disk(tmp_path, FILES)], firmware=firmware), tmp_path)
        opened.append(terminal)
        terminal.wait_boot(r"^Shell> $|^Shell>$")
        terminal.type("fs0:")
        terminal.keys("Enter")
        terminal.wait(r"^FS0:\\> *$")
        return terminal

    yield begin
    for terminal in opened:
        terminal.__exit__(None, None, None)


def run(terminal, line, answer):
    """A line at the prompt on an empty screen, and its answer."""
    terminal.type("cls")
    terminal.keys("Enter")
    terminal.wait(r"\A\s*FS0:\\> *\n*\Z")
    terminal.type(line)
    terminal.keys("Enter")
    return terminal.wait(answer + r"(.*\n)*FS0:\\> *$")


def test_line_editing(at_prompt):
    """Arrows, Home and End, deleting, history, completion: what is on the screen is what is run."""
    terminal = at_prompt()
    terminal.type("ecko helo")
    terminal.keys("Left")
    terminal.type("l")
    terminal.keys("Home", "Right", "Right", "DC")
    terminal.type("h")
    terminal.wait(r"^FS0:\\> echo hello$")
    assert terminal.cursor()[0] == len("FS0:\\> ech")
    terminal.keys("End", "BSpace", "BSpace")
    terminal.type("p!")
    terminal.keys("Enter")
    terminal.wait(r"^help!$")
    terminal.type("echo other")
    terminal.keys("Enter")
    terminal.wait(r"^other$")
    terminal.keys("Up", "Up")
    terminal.wait(r"FS0:\\> echo help!$")
    terminal.keys("Down")
    terminal.wait(r"FS0:\\> echo other$")
    terminal.keys("C-u")
    terminal.wait(r"FS0:\\> *\n*\Z")
    terminal.type("type w")
    terminal.keys("Tab")
    terminal.wait(r"FS0:\\> type wide\.txt$")
    terminal.keys("Enter")
    terminal.wait(r"^wide €$")
    # A line longer than the screen's is broken and joined again.
    terminal.type("echo " + "x" * 100)
    terminal.wait(r"^x{32}$")
    terminal.keys(*["BSpace"] * 60)
    terminal.wait(r"FS0:\\> echo x{40}$")
    terminal.keys("C-c")
    terminal.wait(r"FS0:\\> *\n*\Z")


# Debian's ovmf knows no function keys of tmux's: Ctrl and a letter do the same.
KEYS = {
    "cloudhv": {"end": "End", "home": "Home", "over": "IC", "cut": "F6", "paste": "F7", "save": "F2", "leave": "F3"},
    "ovmf": {"end": "C-z", "home": "C-a", "over": "C-p", "cut": "C-k", "paste": "C-u", "save": "C-s", "leave": "C-q"},
}


@pytest.mark.parametrize("where", KEYS)
def test_edit(at_prompt, where):
    """A file is changed, saved, and left, with function keys or their Ctrl letters."""
    terminal, key = at_prompt(where), KEYS[where]
    terminal.type("edit a.txt")
    terminal.keys("Enter")
    terminal.wait(r"\A edit  a\.txt  ASCII")
    assert terminal.rows()[1:4] == ["first line", "second line", "        third"]
    assert terminal.cursor() == (0, 1)
    terminal.keys("Down", key["end"])
    terminal.type(" is longer")
    terminal.wait(r"^second line is longer$")
    terminal.wait(r"^Line 2  Column 22  Insert")
    assert terminal.cursor() == (21, 2)
    terminal.keys(key["home"], key["over"])
    terminal.type("SEC")
    terminal.wait(r"^SECond line is longer$")
    terminal.keys(key["cut"], "Up", key["paste"])
    terminal.wait(r"^SECond line is longer\nfirst line$")
    terminal.keys(key["save"])
    terminal.wait(r"^Save as: a\.txt$")
    terminal.keys("Enter")
    terminal.wait(r"^Saved, 43 bytes$")
    terminal.type("!")
    terminal.wait(r"\A edit  a\.txt  ASCII, modified")
    terminal.keys("C-q")
    terminal.wait(r"^There are changes")
    terminal.type("c")
    terminal.wait(r"^Line 2  Column 2")
    terminal.keys(key["leave"])
    terminal.wait(r"^There are changes")
    terminal.type("n")
    terminal.wait(r"\AFS0:\\> *\n*\Z")
    run(terminal, "type a.txt", "^SECond line is longer\nfirst line\n +third\n")


def test_edit_search(at_prompt):
    """Two thousand lines: search, go to, page, replace all; help; another encoding stays."""
    terminal = at_prompt()
    terminal.type("edit long.txt")
    terminal.keys("Enter")
    terminal.wait(r"^line 23$")
    terminal.keys("C-f")
    terminal.type("line 1777")
    terminal.keys("Enter")
    terminal.wait(r"^Line 1777  Column 1 ")
    terminal.keys("F1")
    terminal.type("40")
    terminal.keys("Enter")
    terminal.wait(r"^Line 40 ")
    terminal.keys("NPage")
    terminal.wait(r"^Line 62 ")
    terminal.keys("PPage", "C-y")
    terminal.wait(r"^Line 18 ")
    terminal.keys("C-e")
    terminal.wait(r"F5 +Ctrl-R +Search and replace")
    terminal.keys("Space")
    terminal.wait(r"^Line 18 ")
    terminal.keys("F5")
    terminal.type("line 19")
    terminal.keys("Enter")
    terminal.type("row ")
    terminal.keys("Enter")
    terminal.wait(r"^Replace this one\?")
    terminal.type("a")
    terminal.wait(r"^Replaced 111 times")
    terminal.keys("F2", "Enter")
    terminal.wait(r"^Saved, ")
    terminal.keys("C-o")
    terminal.wait(r"^Open file:")
    terminal.type("wide.txt")
    terminal.keys("Enter")
    terminal.wait(r"\A edit  wide\.txt  UCS-2")
    terminal.keys("End")
    terminal.type("!")
    terminal.keys("F2", "Enter")
    terminal.wait(r"^Saved, 20 bytes")
    terminal.keys("C-q")
    terminal.wait(r"\AFS0:\\> *\n*\Z")
    run(terminal, "type wide.txt", "^wide €!\n")


def test_edit_loses_nothing(at_prompt):
    """On a full volume, and of a read-only file, nothing is written; the text stays, for another name."""
    terminal = at_prompt()
    run(terminal, "attrib +r long.txt", "")
    run(terminal, "fill", "^full\n")
    terminal.type("edit a.txt")
    terminal.keys("Enter")
    terminal.wait(r"\A edit  a\.txt  ASCII")
    terminal.keys("F6", *["F7"] * 100)
    terminal.wait(r"^Line 101 ")
    terminal.keys("F2", "Enter")
    terminal.wait(r"^It is NOT saved: volume full$")
    terminal.keys("F3")
    terminal.wait(r"^There are changes")
    terminal.type("n")
    run(terminal, "type a.txt", "^first line\nsecond line\n +third\n")
    terminal.type("edit long.txt")
    terminal.keys("Enter")
    terminal.wait(r"\A edit  long\.txt  ASCII, read-only")
    terminal.type("!")
    terminal.keys("F2", "Enter")
    terminal.wait(r"^The file is read-only")
    terminal.keys("C-q")
    terminal.type("n")
    run(terminal, "type long.txt", "^line 2000\n")


def test_hexedit(at_prompt):
    terminal = at_prompt()
    terminal.type("hexedit b.bin")
    terminal.keys("Enter")
    terminal.wait(r"^00000030 30 31 .* 3F  0123456789:;<=>\?$")
    terminal.keys("Down")
    terminal.type("41")
    terminal.wait(r"^00000010 41 11 ")
    assert terminal.cursor() == (12, 2)
    terminal.keys("F4", "Right", "Right", "F5", "C-x")
    terminal.wait(r"^00000010 41 13 14")
    terminal.keys("End", "F7")
    terminal.wait(r"^00000010 41 13 .* 11  A")
    terminal.keys("F2", "Enter")
    terminal.wait(r"^Saved, 64 bytes")
    terminal.keys("F10")
    terminal.type("0")
    terminal.keys("C-c")
    terminal.keys("C-q")
    terminal.wait(r"\AFS0:\\> *\n*\Z")
    terminal.type("hexedit -d fs0: 0 1")
    terminal.keys("Enter")
    terminal.wait(r"\A hexedit  fs0: 0x0, 0x1  disk blocks")
    terminal.wait(r"^00000000 EB .. 90")
    terminal.keys("C-g")
    terminal.type("3")
    terminal.keys("Enter")
    terminal.type("4f")
    terminal.wait(r"^00000000 EB .. 90 4F")
    terminal.keys("C-s")
    terminal.wait(r"^Write the changed blocks")
    terminal.type("y")
    terminal.wait(r"^Saved, 512 bytes")
    terminal.keys("C-q")
    terminal.wait(r"\AFS0:\\> *\n*\Z")
    terminal.type("hexedit -d fs0: 0 1")
    terminal.keys("Enter")
    terminal.wait(r"^00000000 EB .. 90 4F")
