# SPDX-License-Identifier: BSD-2-Clause-Patent
"""EFI_MP_SERVICES_PROTOCOL on real processors, which the kernel then takes over."""

import pytest

import guests
from disks import debian, loaders
from vm import Spec

BOOT_ENABLED_HEALTHY, ENABLED_HEALTHY = 7, 6

CHECKS = {
    "all", "strangers", "one-by-one", "timeout", "timeout-one", "after-timeout", "this", "this-boot", "this-none",
    "this-null", "disable", "this-disabled", "enable", "disable-boot", "switch", "switch-self", "unattended",
}


def kernel_files():
    return {"vmlinuz.efi": debian.kernel()[0], "initrd.img": loaders.initrd() / "initrd.img"}


def check_told(text, processors):
    failed = [key for key in CHECKS if guests.told(text, key) != [0]]
    assert not failed, text
    assert guests.told(text, "processors") == guests.told(text, "enabled") == [processors]
    assert guests.told(text, "visits") == guests.told(text, "good") == [processors - 1]
    assert guests.told(text, "done") == [0]


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_four_processors(start, tmp_path, firmware, machine):
    """All services on four processors; afterwards the kernel starts the very same ones."""
    if firmware == "ovmf":
        pytest.skip("Debian's ovmf allows what is not waited for after ReadyToBoot")
    options = f'cloudhv.options="{loaders.console_of(machine)} initrd=\\initrd.img"'
    disk = guests.disk(tmp_path, "mp", kernel_files())
    vm = start(Spec([disk], machine=machine, cpus=4, memory="512M", cmdline=options))
    text = vm.expect(r"guest: done=0x\d+")
    text += vm.child.after
    check_told(text, 4)
    assert sorted(guests.told(text, "id")) == [0, 1, 2, 3]
    assert sorted(guests.told(text, "flags")) == [ENABLED_HEALTHY] * 3 + [BOOT_ENABLED_HEALTHY]
    vm.expect_prompt()
    assert vm.run("grep -c ^processor /proc/cpuinfo").strip() == "4"


def test_threads_and_cores(start, tmp_path, firmware):
    """Two packages of two cores of two threads."""
    if firmware == "ovmf":
        pytest.skip("Debian's ovmf allows what is not waited for after ReadyToBoot")
    spec = Spec([guests.disk(tmp_path, "mp")], cpus=8, extra=["-smp", "8,sockets=2,cores=2,threads=2"])
    vm = start(spec)
    text = vm.expect(r"guest: done=0x\d+")
    text += vm.child.after
    check_told(text, 8)
    assert guests.told(text, "package") == [0, 0, 0, 0, 1, 1, 1, 1]
    assert guests.told(text, "core") == [0, 0, 1, 1, 0, 0, 1, 1]
    assert guests.told(text, "thread") == [0, 1, 0, 1, 0, 1, 0, 1]


def test_one_processor(start, tmp_path, firmware):
    vm = start(Spec([guests.disk(tmp_path, "mp")]))
    text = vm.expect(r"guest: done=0x\d+")
    text += vm.child.after
    assert guests.told(text, "processors") == guests.told(text, "enabled") == [1]
    assert guests.told(text, "not-started") == [0]
