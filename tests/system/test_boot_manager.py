# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The boot manager's countdown, its keys, and the variables that steer it."""

import struct
import zlib

import pytest

from shell import PROMPT, SHELL, Shell, disk
from vm import Spec, plain

GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
COUNTDOWN = "Booting in [0-9]+ s .Enter: now; Esc or F2: shell."
ESC, F2, CTRL_B = "\x1b", "\x1bOQ", "\x02"


@pytest.fixture(autouse=True)
def only_here(firmware):
    if firmware == "ovmf":
        pytest.skip("this firmware's boot manager")


def test_time_is_over(start, tmp_path):
    shell = Shell(start, [disk(tmp_path, {})], cmdline="cloudhv.timeout=2")
    assert "Booting in 2 s" in shell.banner
    assert "0200" in shell.run(f"dmpstore Timeout -guid {GLOBAL} -sfo")


def test_no_time(start, tmp_path):
    """Without the option nobody waits, the variable says so, and what was typed ahead is the loader's."""
    vm = start(Spec([disk(tmp_path, {})]))
    vm.child.send("\recho typed ahead\r")
    text = plain(vm.expect("typed ahead[\r\n]+typed ahead"))
    assert "Booting in" not in text


@pytest.mark.parametrize("key", [ESC, F2], ids=["esc", "f2"])
def test_shell_by_key(start, tmp_path, key):
    """The disk's loader comes when the shell is left."""
    shell = Shell(start, [disk(tmp_path, {})], (COUNTDOWN, key), cmdline="cloudhv.timeout=600 cloudhv.noboot=poweroff")
    shell.type("exit\r")
    shell.vm.expect("shell returned: success")
    shell.vm.expect(PROMPT)
    shell.type("exit\r")
    assert "Nothing could be booted. Powering off." in plain(shell.vm.wait_end())


def put(shell, name, data):
    shell.run(f"setvar {name} -guid {GLOBAL} -bs -rt -nv ={data.hex()}")
    assert shell.status() == 0


def get(shell, name):
    """A variable's bytes, from dmpstore's list of fields."""
    text = shell.run(f"dmpstore {name} -guid {GLOBAL} -sfo")
    return bytes.fromhex(text.rstrip().rpartition(",")[2].strip('"'))


def test_hot_key(start, tmp_path):
    """Ctrl-B starts what no list names, as long as it is what it was."""
    image = disk(tmp_path, {"tool.efi": SHELL}, shell=None)
    shell = Shell(start, [image], (COUNTDOWN, ESC), cmdline="cloudhv.timeout=600")
    assert get(shell, "BootOptionSupport") == struct.pack("<I", 0x313)
    assert shell.run('bcfg boot add 0 fs0:\\tool.efi "A tool"') == ""
    shell.run(f"setvar BootOrder -guid {GLOBAL} =")
    option = bytearray(get(shell, "Boot0000"))
    option[1] = 1  # category application
    put(shell, "Boot0000", option)
    put(shell, "Key0007", struct.pack("<IIHHH", 0x40000200, zlib.crc32(option), 0, 0, ord("b")))
    shell.type("exit\r")
    shell.vm.expect("Nothing could be booted")
    shell.vm.expect(PROMPT)
    shell.type("exit\r")
    shell.vm.expect(COUNTDOWN)
    shell.type("b" + CTRL_B)
    shell.vm.expect(PROMPT)
    assert get(shell, "BootCurrent") == bytes(2)
    option[6] += 1
    put(shell, "Boot0000", option)
    shell.type("exit\r")
    shell.vm.expect('Boot0000 "A tool" returned: success')
    shell.vm.expect(PROMPT)
    shell.type("exit\r")
    shell.vm.expect(COUNTDOWN)
    shell.type(CTRL_B)
    shell.vm.expect("Key0007: ignored, Boot0000 has changed since")


def test_indications(start, tmp_path):
    """The shell is the firmware's user interface; recovery passes over the boot options."""
    image = disk(tmp_path, {"tool.efi": SHELL}, shell=None)
    shell = Shell(start, [image])
    assert get(shell, "OsIndicationsSupported") == bytes(8)
    assert shell.run('bcfg boot add 0 fs0:\\tool.efi "A tool"') == ""
    put(shell, "OsIndications", struct.pack("<Q", 0x40))
    shell.type("exit\r")
    assert "A tool" not in plain(shell.vm.expect("Nothing could be booted"))
    shell.vm.expect(PROMPT)
    assert "no such variable" in shell.run(f"dmpstore OsIndications -guid {GLOBAL}")
    put(shell, "OsIndications", struct.pack("<Q", 1))
    shell.type("exit\r")
    assert "Nothing" not in plain(shell.vm.expect(PROMPT))
    assert "no such variable" in shell.run(f"dmpstore BootCurrent -guid {GLOBAL}")
    shell.type("exit\r")
    shell.vm.expect(PROMPT)
    assert get(shell, "BootCurrent") == bytes(2)
