# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What the shell starts, and how it starts itself: Linux with an initramfs, startup.nsh, the timeline."""

import re

import pytest

from disks import debian
from disks.loaders import CONSOLE, initrd
from shell import PROMPT, Shell, disk
from vm import BOOT, Spec


def test_linux(start, tmp_path):
    """A kernel that is started as a program finds what `initrd` offers, and its words are its command line."""
    files = {"vmlinuz.efi": debian.kernel()[0], "initrd.img": initrd() / "initrd.img"}
    shell = Shell(start, [disk(tmp_path, files)], memory="512M")
    shell.run("fs0:")
    assert "is offered" in shell.run("initrd initrd.img")
    shell.type(f"vmlinuz.efi {CONSOLE} shell.word=\"two words\"\r")
    shell.vm.expect_prompt(BOOT)
    line = shell.vm.run("cat /proc/cmdline")
    assert CONSOLE in line and 'shell.word="two words"' in line
    assert "INITRD=0x" in shell.vm.run("dmesg | grep efi:")


def test_initrd_withdrawn(start, tmp_path):
    shell = Shell(start, [disk(tmp_path, {"a.img": b"x"})])
    shell.run("fs0:")
    assert shell.run("initrd a.img") and shell.status() == 0
    assert shell.run("initrd -u") == "" and shell.status() == 0
    assert shell.run("initrd -u") != "" and shell.status() != 0
    assert "not found" in shell.run("initrd none.img")


@pytest.mark.parametrize("key, runs", [("\x1b", False), ("x", True)])
def test_startup_script(start, tmp_path, key, runs):
    """Esc skips startup.nsh while its delay runs down; any other key runs it at once."""
    vm = start(Spec([disk(tmp_path, {"startup.nsh": "@echo -off\necho has started\n"})]))
    vm.expect("Press Esc in 5 seconds", BOOT)
    vm.child.send(key)
    assert ("has started" in vm.expect(PROMPT)) == runs


def test_shell_options(start, tmp_path):
    """A shell inside the shell: its own options, its exit code."""
    files = {"startup.nsh": "@echo -off\necho has started\n", "bad.nsh": "@echo -off\nexit 7\n"}
    shell = Shell(start, [disk(tmp_path, files)])
    shell.run("fs0:")
    inner = "efi\\boot\\bootx64.efi"
    assert shell.run(f'{inner} -exit echo "one  two"') == "one  two"
    assert "File(s)" in shell.run(f"{inner} -exit ls -a fs0:\\*.nsh")
    assert shell.run(f"{inner} -noversion -nomap -delay:0 -exit").strip() == "has started"
    shell.run(f"{inner} -exit fs0:\\bad.nsh")
    assert shell.status() == 7


def test_timeline(start, firmware, tmp_path):
    """Milestones come in their order, in the time that has passed."""
    if firmware == "ovmf":
        pytest.skip("this firmware's timeline")
    shell = Shell(start, [disk(tmp_path, {})])
    first = shell.run("bench")
    rows = re.findall(r"^ *\d+ +(\d+) us +(\d+) us +(\S.*)$", first, re.M)
    times = [int(row[0]) for row in rows]
    assert len(rows) >= 5 and times == sorted(times) and times[0] < times[-1] < BOOT * 1_000_000
    assert sum(int(row[1]) for row in rows) == times[-1]
    assert "image started" in rows[-1][2] or "started" in first
    assert shell.run("bench") == first, "what has happened does not change"
