# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Shell.efi as a program on a disk, on this firmware and on Debian's."""

import pytest

from shell import Shell, disk


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
