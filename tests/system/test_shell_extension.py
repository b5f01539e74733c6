# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What is added to the shell: drivers from ROM files, commands and settings of drivers, manuals of programs."""

import re
import struct
import subprocess
from pathlib import Path

import pytest

import guests
from shell import Shell, disk
from vm import BOOT, ROOT

COMPRESS = ROOT / "Build/CloudHvX64/RELEASE_GCC5/meson/src/firmware/efi-compress"


def rom(program, packed=None):
    """A PCI expansion ROM with the driver, as it is or `packed` by UEFI's compression; before it, one that is not for
    EFI (UEFI 2.10 §14.4.2)."""
    body = packed or Path(program).read_bytes()

    def image(code, content, last):
        units = (0x40 + len(content) + 511) // 512
        header = struct.pack("<HHIHHH8xHH", 0xAA55, units, 0x0EF1, 11, 0x8664, 1 if packed else 0, 0x40, 0x1C)
        data = struct.pack("<4sHHHHB3xHHBBH", b"PCIR", 0x1AF4, 1, 0, 0x18, 3, units, 0, code, last, 0)
        return (header.ljust(0x1C, b"\0") + data).ljust(0x40, b"\0") + content.ljust(units * 512 - 0x40, b"\0")

    return image(0, b"x" * 700, 0) + image(3, body, 0x80)


@pytest.mark.parametrize("where", ["cloudhv", "ovmf"])
def test_extension(start, tmp_path, where):
    """A driver from a ROM file brings a command, which is listed, explained, completed and run, and settings."""
    driver = guests.program("extension")
    compressed = tmp_path / "compressed"
    subprocess.run([COMPRESS, driver, compressed], check=True)
    files = {"a.rom": rom(driver), "z.rom": rom(driver, compressed.read_bytes()), "none.rom": b"x" * 4096}
    shell = Shell(start, [disk(tmp_path, files)], firmware=where)
    run = shell.run
    run("fs0:")
    assert "'greet' is no command" in run("greet")
    assert "has no EFI image" in run("loadpcirom -nc none.rom")
    loaded = run("loadpcirom -nc a.rom", BOOT)
    assert "guest: device=0x0" in loaded and "image at 0x440 is loaded." in loaded
    # The command.
    assert run('greet "a b"') == "greet: greet a b\nwritten"
    assert shell.status() == 0
    run("greet 1 2 > out.txt")
    assert shell.status() == 0x17
    assert run("type out.txt") == "greet: greet 1 2\nwritten"
    assert re.search(r"^greet +- Greets from a driver\.$", run("help g*"), re.M)
    assert run("help greet") == "SYNOPSIS\ngreet [word...]\n\nDESCRIPTION\nTells its words."
    assert run("help greet -usage") == "greet [word...]"
    assert "Tells its words." in run("greet -?")
    assert run("gree\t x") == "greet: greet x\nwritten"
    # The settings.
    device = re.search(r"^ +([0-9A-F]+) VenHw\(C10D4C55", run("drvcfg"), re.M | re.I).group(1)
    assert run(f"drvcfg -v {device}") == f"Device {device}: the settings can be read"
    assert "Settings of 1 devices" in run(f"drvcfg {device} -o s.txt")
    assert "VALUE=3412&GUID=" in run("type s.txt").replace("\n", "")
    assert "guest: settings=0x201" in run(f"drvcfg -f 0 {device}")
    assert "nothing of that kind" in run(f"drvcfg -f 2 {device}")
    assert shell.status() == 14
    assert run("drvcfg -i s.txt").startswith("guest: settings=0x3412")
    run("echo nonsense > bad.txt")
    assert "line 1, character" in run("drvcfg -i bad.txt")
    # The compressed one runs, too; it finds its device path taken.
    loaded = run("loadpcirom -nc z.rom", BOOT)
    assert "guest: device=0x1" in loaded and "image at 0x440: device error" in loaded
    if where == "cloudhv":
        assert "no browser of forms" in run(f"drvcfg -s {device}")


MANUAL = """\ufeff.TH tool 0 "Does things."\r
.SH NAME\r
Does things well.\r
.SH SYNOPSIS\r
tool [-x]\r
.TH other 0 "Not this"\r
.SH NAME\r
wrong\r
"""


def test_manuals(start, tmp_path):
    """A program's manual lies beside it or along %path%."""
    files = {"EFI/tools/tool.man": MANUAL.encode("utf-16-le"), "EFI/tools/tool.nsh": "@echo has run\r\n", "x.man": "plain\n"}
    shell = Shell(start, [disk(tmp_path, files)])
    run = shell.run
    run("fs0:")
    text = "NAME\nDoes things well.\n\nSYNOPSIS\ntool [-x]"
    assert run("help tool") == text and run("tool -?") == text
    assert run("help -section SYNOPSIS tool") == "tool [-x]" == run("help tool.nsh -usage")
    assert run("help x") == "plain"
    assert "has run" in run("tool")
    assert "no command 'nothing'" in run("help nothing")
