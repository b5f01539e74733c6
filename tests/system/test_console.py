# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The console as a person has it: at the UART or at the virtio-console."""

import os
import socket
import time

import pexpect
from pexpect import fdpexpect
import pytest

import shell
from vm import ANSWER, BOOT

BOTH = pytest.mark.parametrize("console", ["serial", "virtio"])

# Of one processor; edk2's shell has it busy to about 100 %.
IDLE_SHARE = 0.01
IDLE_INTERVAL = 10


def processor_time(pid):
    """Seconds of processor time that a process has used."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle_share(vm):
    """What part of a processor the VM takes while nobody types, after the first two seconds of that."""
    vm.child.expect(pexpect.TIMEOUT, timeout=2)
    used, since = processor_time(vm.child.pid), time.monotonic()
    vm.child.expect(pexpect.TIMEOUT, timeout=IDLE_INTERVAL)
    return (processor_time(vm.child.pid) - used) / (time.monotonic() - since)


@BOTH
@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_idle_prompt(start, machine, console):
    """The processor halts while the shell waits for a key, and the first key is answered all the same."""
    prompt = shell.Shell(start, [], machine=machine, console=console)
    assert idle_share(prompt.vm) < IDLE_SHARE
    assert prompt.run("echo a^b") == "ab"


class SecondConsole:
    """A virtio-console beside the serial port, on a socket that the test is at the other end of."""

    def __init__(self, directory):
        self.path = directory / "console"
        self.arguments = [
            "-chardev", f"socket,id=second,path={self.path},server=on,wait=off",
            "-device", "virtio-serial-pci,disable-legacy=on,addr=0x7", "-device", "virtconsole,chardev=second",
        ]

    def connect(self):
        self._end = socket.socket(socket.AF_UNIX)
        self._end.connect(str(self.path))
        return fdpexpect.fdspawn(self._end.fileno(), timeout=ANSWER, encoding="utf-8", codec_errors="replace")


def test_variables_choose_the_console(start, tmp_path):
    """Both consoles are one until ConIn and ConOut name one of them: before the next boot option it is the only one."""
    second = SecondConsole(tmp_path)
    serial = shell.Shell(
        start, [shell.disk(tmp_path, {})], cmdline="cloudhv.noboot=retry", extra=second.arguments)
    virtio = second.connect()
    assert serial.run("echo fir^st") == "first"
    virtio.send("echo sec^ond\r")
    assert serial.output() == "second"
    virtio.expect("[\r\n]second")
    virtio.expect(shell.PROMPT)
    for name in ("ConIn", "ConOut"):
        serial.run(f'setvar {name} =P"PciRoot(0x0)/Pci(0x7,0x0)"')
        assert serial.status() == 0
    serial.type("exit\r")
    virtio.expect(shell.PROMPT, timeout=BOOT)  # of exit
    virtio.expect(shell.PROMPT, timeout=BOOT)  # of the shell that the firmware boots next
    serial.type("echo unh^eard\r")
    virtio.send("echo he^ard\r")
    virtio.expect("[\r\n]heard")
    assert "unheard" not in virtio.before
    with pytest.raises(AssertionError):
        serial.vm.expect("heard", timeout=1)
