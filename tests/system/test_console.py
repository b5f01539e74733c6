# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The console as a person has it: at the UART or at the virtio-console."""

import os
import socket
import time

import pexpect
from pexpect import fdpexpect
import pytest

import guests
import shell
from terminal import Terminal
from vm import ANSWER, BOOT, Spec

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


@pytest.fixture
def full_pipe(tmp_path):
    """Arguments for a character device whose far end is never read, and which takes no byte more."""
    path = tmp_path / "pipe"
    for end in ("in", "out"):
        os.mkfifo(f"{path}.{end}")
    out = os.open(f"{path}.out", os.O_RDWR | os.O_NONBLOCK)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(out, b"-" * 4096)
    yield ["-chardev", f"pipe,id=full,path={path}"]
    os.close(out)


def test_serial_port_that_nobody_reads(start, tmp_path, full_pipe):
    """It takes a few milliseconds once, and then no more."""
    spec = Spec([guests.disk(tmp_path, "mp")], console="virtio", extra=[*full_pipe, "-serial", "chardev:full"])
    start(spec).expect("guest: done=0x0")


def test_virtio_console_that_nobody_reads(start, tmp_path, full_pipe):
    extra = [*full_pipe, "-device", "virtio-serial-pci,disable-legacy=on", "-device", "virtconsole,chardev=full"]
    prompt = shell.Shell(start, [shell.disk(tmp_path, {})], extra=extra)
    # More than all its buffers hold.
    assert sum(len(prompt.run(line)) for line in ("memmap", "memmap", "memmap")) > 2048


def test_without_a_console(start):
    """Neither port nor virtio-console: the firmware's program runs to its end."""
    vm = start(Spec([], console="none", cmdline="cloudhv.noboot=poweroff"))
    vm.wait_end()


def test_size_of_the_terminal(tmp_path):
    """The terminal is asked, and what it has becomes a mode."""
    with Terminal(Spec([]), tmp_path, columns=132, rows=43) as terminal:
        terminal.wait_boot("Shell> *$")
        terminal.type("mode")
        terminal.keys("Enter")
        terminal.wait(r"\b132\b.*\b43\b")
        terminal.type("mode 132 43")
        terminal.keys("Enter")
        terminal.wait(r"\A\s*Shell> *\n*\Z")
        terminal.type("echo " + "x" * 100)
        terminal.wait("^Shell> echo x{100}$")
