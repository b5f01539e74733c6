# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The firmware on a model of Firecracker's machine (tests/vmm/firecracker.md), strict: accesses to what is not there
fail, and so do those to virtio registers that Firecracker would not take. Firecracker itself has not been seen.

What boots is tests/guests/machine, which turns the machine off: here that is a reset, at which Firecracker ends.
"""

import re

import pytest

from batches import bench, batch, result  # noqa: F401 pylint: disable=unused-import
import guests
from vm import ROOT

RESET = 10

MIB = 1 << 20
RESERVED = 0

# DESIGN, section 9.
EXITS = 300
RAM_KEPT = 512 * 1024

RSDP = 0xE0000

pytestmark = pytest.mark.skipif(bench.real() is not None, reason="CLOUD_HYPERVISOR names another machine")


def disk(folder, program="machine"):
    """The same one for all cases of a batch."""
    image = folder.parent / f"{program}.img"
    return image if image.exists() else guests.disk(folder.parent, program)


def run(*flags, own=("strict",), options="", build="RELEASE", words="console=ttyS0"):
    """`words`: of the command line that the user gives Firecracker; `options` are what the guest is told to do."""
    if options:
        words += f" cloudhv.options=do={options}"
    kernel = ROOT / "Build" / "CloudHvX64" / f"{build}_GCC5" / "FV" / "CLOUDHV.fd"
    flags = ["--kernel", kernel, "--serial", "tty", "--console", "off", "--cmdline", words, *flags]
    return bench.Run(flags, ["machine=firecracker", *own])


def told(result, key):
    found = guests.told(result.console, key)
    assert found, f"nothing of {key}:\n{result}"
    return found[0]


def check_boot(result, memory):
    assert result.status == RESET, str(result)
    assert "guest: done" in result.console
    assert memory - 0x61000 - told(result, "free") <= RAM_KEPT  # its low RAM ends a page earlier than others'
    assert told(result, "free-1-64") == 63 * MIB
    assert told(result, "legacy-type") == RESERVED
    assert not guests.told(result.console, "smbios3")
    assert not guests.told(result.console, "year")  # there is no clock, and GetTime says so


@batch("firecracker")
def firecracker_one_disk(folder):
    return [run("--memory", "size=512M", "--disk", f"path={disk(folder)}")]


@pytest.mark.cases("firecracker_one_disk")
def test_boot(result):
    check_boot(result, 512 * MIB)
    assert told(result, "acpi20") != RSDP  # COM1's table stands beside the VMM's


@pytest.mark.cases("firecracker_one_disk")
def test_exits_to_the_loader(result):
    """Nothing is looked for where nothing is: no PCI, no clock, no other timer than KVM's."""
    assert result.exits("absent") <= 2
    assert result.exits("cf8") == 0
    assert 0 < result.exits("to-loader") <= EXITS


@batch("firecracker")
def firecracker_own_tables(folder):
    return [run("--disk", f"path={disk(folder)}", words="cloudhv.console=no-spcr")]


@pytest.mark.cases("firecracker_own_tables")
def test_the_os_finds_firecrackers_tables(result):
    check_boot(result, 512 * MIB)
    assert told(result, "acpi20") == RSDP


@batch("firecracker")
def firecracker_debug(folder):
    return [run("--disk", f"path={disk(folder)}", build="DEBUG")]


@pytest.mark.cases("firecracker_debug")
def test_debug_build(result):
    check_boot(result, 512 * MIB)


@batch("firecracker")
def firecracker_told(folder):
    """Where disks are is told in the DSDT, and on the command line; once in one alone is enough."""
    return [run("--disk", f"path={disk(folder)}", own=("strict", only)) for only in ("only-acpi", "only-command-line")]


@pytest.mark.cases("firecracker_told")
def test_disks_are_found_in_either_place(result):
    for one in result:
        check_boot(one, 512 * MIB)


@batch("firecracker")
def firecracker_memory(folder):
    return [run("--memory", "size=6G", "--disk", f"path={disk(folder)}"),
            run("--memory", "size=128M", "--disk", f"path={disk(folder)}", own=("strict", "stale-ram"))]


@pytest.mark.cases("firecracker_memory")
def test_memory(result):
    large, small = result
    check_boot(large, 6144 * MIB)
    check_boot(small, 128 * MIB)


@batch("firecracker")
def firecracker_disks(folder):
    """The first disk has no loader; the second is read-only; the guest writes to the third."""
    empty, image = folder / "empty.img", guests.disk(folder, "machine")
    empty.write_bytes(bytes(MIB))
    return [run("--disk", f"path={empty}", f"path={disk(folder)},readonly=on"),
            run("--disk", f"path={empty}", f"path={image},image_type=raw", options="write")]


@pytest.mark.cases("firecracker_disks")
def test_disks(result):
    read_only, written = result
    check_boot(read_only, 512 * MIB)
    check_boot(written, 512 * MIB)
    assert told(written, "written") == 10


@batch("firecracker")
def firecracker_exit(folder):
    flags = ["--disk", f"path={disk(folder)}"]
    return [run(*flags, options="exit"), run(*flags, options="exit", own=("strict", "no-device-reset"))]


@pytest.mark.cases("firecracker_exit")
def test_devices_are_reset_for_the_os(result):
    resets, older = result
    check_boot(resets, 512 * MIB)
    assert re.findall(r"virtio type 2, status (\w+)", resets.state) == ["00"], resets.state
    # Before 1.14 a device that was in use has failed then: the OS does not get it back, but it gets the machine.
    check_boot(older, 512 * MIB)
    assert re.findall(r"virtio type 2, status (\w+)", older.state) == ["8f"], older.state


@batch("firecracker")
def firecracker_processors(folder):
    return [run("--cpus", "boot=4", "--disk", f"path={disk(folder)}", options="processors")]


@pytest.mark.cases("firecracker_processors")
def test_four_processors(result):
    check_boot(result, 512 * MIB)
    assert told(result, "woken") == 3


@batch("firecracker")
def firecracker_network(folder):
    return [run("--net", "mac=52:54:00:c1:0d:48", "--disk", f"path={disk(folder, 'network')}")]


@pytest.mark.cases("firecracker_network")
def test_network(result):
    assert result.status == RESET, str(result)
    for line in ("cards 0x1", "card 52:54:00:c1:0d:48", "gateway 52:55:0a:00:02:02", "arp ok", "ping ok", "stop ok"):
        assert f"network: {line}" in result.console, str(result)


@batch("firecracker")
def firecracker_nothing(folder):
    return [run(words=f"cloudhv.noboot={what}") for what in ("poweroff", "reset")]


@pytest.mark.cases("firecracker_nothing")
def test_nothing_boots(result):
    """Firecracker has one end."""
    for one in result:
        assert one.status == RESET, str(one)
        assert "no disk" in one.console
