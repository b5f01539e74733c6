# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The shell with what is large or endless: files of 1 GiB, directories of 10,000 entries, scripts; Ctrl-C ends it all."""

import pytest

from disks import large, layout
from shell import CTRL_C, PROMPT, SHELL, Shell

GIB = 1 << 30
ENTRIES = 10_000

# Seconds for what takes a blink on hardware, under TCG on a busy machine. Quadratic work takes minutes.
SOON = 40

SCRIPTS = {
    "long.nsh": "@echo -off\nset -v x " + "y" * 65000 + "\necho " + "z" * 65536 + "\n",
    "ifs.nsh": "@echo -off\n" + "if a == a then\n" * 2000 + "echo inside\n" + "endif\n" * 2000,
    "fors.nsh": "@echo -off\n" + "".join(f"for %{chr(97 + i % 26)} in 1\n" for i in range(100)) + "endfor\n" * 100,
    "many.nsh": "@echo -off\n" + "set -v n 1\n" * 20000 + "echo end\n",
    "loop.nsh": "@echo -off\nfor %i run (1 1000000000)\nendfor\n",
    "goto.nsh": "@echo -off\n:a\ngoto a\n",
    "outer.nsh": "@echo -off\n:a\nloop.nsh\necho wrong\ngoto a\n",
    "self.nsh": "@echo -off\nself.nsh\n",
    "garbage.nsh": bytes((i * 7919 + i // 251) % 255 + 1 for i in range(65536)),
}


@pytest.fixture
def shell(start, tmp_path):
    """The prompt of FS0:, a volume with HUGE.BIN (1 GiB), MANY (10,000 files) and SCRIPTS."""
    image = tmp_path / "large.img"
    files = {"EFI/BOOT/BOOTX64.EFI": SHELL, "a.txt": "hello\n", **SCRIPTS, "MANY": large.entries(ENTRIES), "HUGE.BIN": b"\0"}
    place = large.fat32(image, 2 * GIB + 400 * layout.MIB, files)
    large.make_directory(image, place, "MANY       ")
    large.grow(image, place, "HUGE    BIN", GIB)
    there = Shell(start, [image])
    there.run("fs0:")
    return there


def test_interrupt(shell):
    """Ctrl-C ends each of them at once, and the next line runs."""
    endless = [
        "stall 1000000000", "pause", "loop.nsh", "goto.nsh", "outer.nsh", "type huge.bin", "type huge.bin > nul",
        "comp huge.bin huge.bin", "cp huge.bin copy.bin", "rm many", "type huge.bin | parse a 1",
    ]
    for line in endless:
        shell.type(line + "\r")
        shell.vm.expect("\r")
        shell.type(CTRL_C + "echo after\r")
        shell.vm.expect(PROMPT, SOON)
        assert shell.output(SOON) == "after", line
    assert "not found" in shell.run("ls copy.bin"), "what was copied in part is gone"
    assert "1,073,741,824" in shell.run("ls huge.bin")


def test_huge_file(shell):
    """None of it is read into memory: the machine has 256 MiB."""
    assert "at 0x0\n" in shell.run("comp huge.bin a.txt")
    for line in ("parse huge.bin a 1", "dmpstore -l huge.bin", "bcfg boot addp 0 none.bin x", "load huge.bin"):
        shell.run(line, SOON)
        assert shell.status() != 0, line
    shell.run("setsize 5 huge.bin")
    assert "5 bytes" in shell.run("ls huge.bin")


def test_many_entries(shell):
    """Neither listing nor patterns nor completion nor deleting is quadratic."""
    assert shell.run(f"ls -sfo many | parse FileInfo 2 -i {ENTRIES}", SOON) == f"FS0:\\many\\F{ENTRIES - 1:07}.TXT"
    listing = shell.run("ls many\\*99.txt", SOON)
    assert "100 File(s)" in listing and listing.index("F0000099") < listing.index("F0009999")
    assert "F0009123.TXT" in shell.run("ls many\\F0009123\t", SOON)
    shell.run("cp a.txt many\\new.txt", SOON)
    assert shell.run("type many\\new.txt") == "hello"
    shell.run("rm -q many\\*5.txt > nul", SOON)
    assert "not found" in shell.run("ls many\\F0000005.txt", SOON)
    shell.type("rm -q many\r")
    shell.vm.expect("is deleted")
    shell.type(CTRL_C)
    shell.output(SOON)
    assert "9.TXT" in shell.run("ls many\\F00099*", SOON)


def test_large_scripts(shell):
    assert shell.run("long.nsh", SOON).count("z") == 65536
    assert shell.run("ifs.nsh", SOON) == "inside"
    assert "too many loops" in shell.run("fors.nsh", SOON)
    assert shell.run("many.nsh", SOON) == "end"
    assert "too many scripts" in shell.run("self.nsh", SOON)
    shell.run("garbage.nsh > nul", SOON)
    assert shell.run("echo alive") == "alive"
