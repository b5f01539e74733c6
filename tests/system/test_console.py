# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The console as a person has it: at the UART or at the virtio-console."""

import os
import time

import pexpect
import pytest

import shell
from vm import Spec

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
