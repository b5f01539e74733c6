# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Shell.efi as a program on a disk, on this firmware and on Debian's."""

import pytest

from shell import PROMPT, Shell, disk
from vm import plain


@pytest.mark.parametrize("where", ["cloudhv", "ovmf"])
def test_prompt(start, tmp_path, where):
    shell = Shell(start, [disk(tmp_path, {})], firmware=where)
    assert "UEFI Interactive Shell v2.2" in shell.banner
    assert shell.run("echo one  two") == "one two"
    shell.run("set -v name value")
    assert shell.run('echo "%name%  %name%"') == "value  value"
    assert "Lists the commands" in shell.run("help help")
    assert "no command" in shell.run("nonsense")
    assert shell.status() == 14
    shell.type("exit\r")
    if where == "cloudhv":
        shell.vm.expect("returned: success")


def only_here(firmware):
    if firmware == "ovmf":
        pytest.skip("this firmware's boot manager")


def test_nothing_boots(start, firmware, tmp_path):
    """The disk without a loader is named, then comes the shell, which sees it; leaving it tries again."""
    only_here(firmware)
    shell = Shell(start, [disk(tmp_path, {"note.txt": "text"}, shell=None)])
    assert r"0000:00:03.0: no \EFI\BOOT\BOOTX64.EFI" in shell.banner
    assert "Nothing could be booted. Here is the EFI shell" in shell.banner
    assert "FS0:" in shell.banner
    shell.type("exit\r")
    shell.vm.expect("shell returned: success")
    shell.vm.expect(r"no \\EFI\\BOOT\\BOOTX64\.EFI")
    shell.vm.expect(PROMPT)


def test_boot_shell(start, firmware, tmp_path):
    """`cloudhv.boot` names the shell in front of the disk: leaving it boots the disk."""
    only_here(firmware)
    shell = Shell(start, [disk(tmp_path, {})], cmdline="cloudhv.boot=shell,disk cloudhv.noboot=poweroff")
    assert "Nothing could be booted" not in shell.banner
    shell.type("exit\r")
    shell.vm.expect("shell returned: success")
    shell.vm.expect(PROMPT)  # that one is the disk's
    shell.type("exit\r")
    assert "Nothing could be booted. Powering off." in plain(shell.vm.wait_end())
