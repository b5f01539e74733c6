# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The shell's own command line (UEFI Shell 2.2 §3.2), and the embedded shell as a boot option."""

import re

import pytest

import guests
from shell import PROMPT, Shell, disk
from vm import BOOT, Spec, plain

# Lines of scripts that are shown look like a prompt: none is.
FILES = {
    "startup.nsh": "@echo -off\r\necho started\r\n",
    "tool.nsh": "@echo -off\r\necho tool %1 %2\r\n",
    "code.nsh": "@exit 5\r\n",
    "off.nsh": "@echo -off\r\necho off\r\nreset -s\r\n",
}


@pytest.fixture
def boot(start, tmp_path):
    """boot(options, files) -> the VM in which the shell of the disk starts with these load options."""
    def begin(options, files=None):
        image = disk(tmp_path, files or FILES)
        return start(Spec([image], cmdline=f'cloudhv.options="{options}" cloudhv.noboot=poweroff'))
    return begin


def test_plain(boot):
    text = plain(boot("").expect(PROMPT, BOOT))
    assert "UEFI Interactive Shell" in text and "FS0:" in text
    assert "Press Esc in 5 seconds" in text and text.rstrip().endswith("started")


# What stands before the prompt, and what does not.
BANNERS = [
    ("-nostartup", ["Interactive Shell", "FS0:"], ["Press Esc", "started"]),
    ("-delay:0", ["Interactive Shell", "started"], ["Press Esc"]),
    ("-delay:1", ["Press Esc in 1 seconds", "started"], ["in 2 seconds"]),
    ("-delay", ["Press Esc in 5 seconds", "started"], []),
    ("-nomap -delay:0", ["Interactive Shell", "started"], ["FS0:"]),
    ("-noversion -delay:0", ["FS0:", "started"], ["Interactive Shell"]),
    ("tool.nsh -nomap x", ["tool -nomap x"], ["Interactive Shell", "started", "Press Esc"]),
    ("-startup -delay:0 tool.nsh", ["started\ntool"], ["Press Esc"]),
    ("fs0:\\\\shell.efi -nostartup tool.nsh a b", ["tool a b"], ["started"]),
]


@pytest.mark.parametrize("options, there, absent", BANNERS, ids=[row[0].replace("\\", "") for row in BANNERS])
def test_banner(boot, options, there, absent):
    text = plain(boot(options).expect(PROMPT, BOOT))
    for word in there:
        assert word in text, text
    for word in absent:
        assert word not in text, text


@pytest.mark.parametrize("options, said", [
    ("-exit -delay:0", "started"), ("-exit tool.nsh a", "tool a"), ("-exit -nostartup", "FS0:"),
    # Nobody can type: there is no prompt, and no wait for a key.
    ("-noconsolein", "started"),
])
def test_exit(boot, options, said):
    """The shell ends without a prompt, and the machine with it."""
    text = plain(boot(options).wait_end())
    assert said in text and "returned: success" in text and "Shell> " not in text


def test_exit_code(boot):
    """`exit` in the file that is run ends the shell, whose status is the code."""
    assert re.search(r"returned: (?!success)", plain(boot("code.nsh").wait_end()))


def test_noconsoleout(boot):
    """Nothing is shown, and all the same it runs."""
    text = plain(boot("-noconsoleout -delay:0 off.nsh").wait_end())
    assert "off" not in text.replace("poweroff", "") and "Interactive Shell" not in text


def test_nonest(boot):
    """Programs cannot have the shell run lines (EFI_SHELL_PROTOCOL.Execute)."""
    vm = boot("-nonest -nostartup", {**FILES, "guest.efi": guests.program("shell"), "a.txt": "x"})
    vm.expect(PROMPT, BOOT)
    vm.child.send("fs0:guest.efi one\r")
    vm.expect("guest: Execute=0x1")


def test_boot_option(start, firmware, tmp_path):
    """The firmware's shell has a path, by which Boot#### names it."""
    if firmware != "cloudhv":
        pytest.skip("this firmware's shell")
    path = r"Fv\(5A1B5F0E-9C39-4D0B-8E21-6D2F0B43C178\)/FvFile\(7C04A583-9E3E-4F1C-AD65-E05268D0B4D1\)"
    shell = Shell(start, [disk(tmp_path, {}, shell=None)])
    numbers = re.findall(r"^ *([0-9A-F]+):", shell.run("dh -p LoadedImage"), re.M)
    own = next(number for number in numbers if re.search(path, shell.run(f"dh -v {number}"), re.I))
    shell.run(f'bcfg boot addh 0 {own} "The shell"')
    shell.run('bcfg boot -opt 0 "-nostartup -nomap echo by its option"')
    listed = shell.run("bcfg boot dump -v")
    assert "The shell" in listed and re.search(path, listed, re.I)
    shell.type("exit\r")
    text = plain(shell.vm.expect(PROMPT, BOOT))
    assert "by its option" in text
    shell.type("exit\r")
    assert 'Boot0000 "The shell" returned: success' in plain(shell.vm.expect(PROMPT, BOOT))
