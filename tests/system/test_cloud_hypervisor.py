# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The firmware on Cloud Hypervisor's machine: tests/vmm's bench, strict, so that every access to what is not there fails.

What boots is tests/guests/machine, which tells what it finds, does what its load options say, and turns the machine off.
With CLOUD_HYPERVISOR=path the same flags go to a real Cloud Hypervisor; what only the bench can see is left out then.
"""

import os
import re

import pytest

from batches import bench, batch, result  # noqa: F401 pylint: disable=unused-import
import guests
from disks import layout
from vm import ROOT

POWER_OFF, RESET, POWER_CUT = 0, 10, 15

MIB = 1 << 20
ACPI_RECLAIM = 9

# DESIGN, section 9; the issue allows 60 per disk.
EXITS = 300
EXITS_PER_DISK = 10
RAM_KEPT = 512 * 1024

SERIAL = ("--serial", "tty", "--console", "off")

# In one process, as the others would only wait for its batches.
pytestmark = [pytest.mark.xdist_group("cloud-hypervisor"), pytest.mark.long]

real_has_none = pytest.mark.skipif(bench.real() is not None, reason="a real Cloud Hypervisor has no --bench")


def output(build):
    return ROOT / "Build" / "CloudHvX64" / f"{build}_GCC5"


def own_disk(folder):
    return guests.disk(folder, "machine")


def disk(folder, program="machine"):
    """The same one for all cases of a batch that do not write."""
    image = folder.parent / f"{program}.img"
    return image if image.exists() else guests.disk(folder.parent, program)


def run(*flags, build="RELEASE", own=("strict",), consoles=SERIAL, options="", **more):
    """Boots with these flags; `own` is --bench, `options` are what the guest is told to do."""
    flags = ["--kernel", output(build) / "FV" / "CLOUDHV.fd", *consoles, *flags]
    if options:
        flags += ["--cmdline", f"cloudhv.options=do={options}"]
    return bench.Run(flags, list(own), **more)


def told(result, key):
    """What the guest said of `key`."""
    found = guests.told(result.console, key)
    assert found, f"nothing of {key}:\n{result}"
    return found[0]


def check_boot(result, memory):
    assert result.status == POWER_OFF, str(result)
    assert "guest: done" in result.console
    # The guest itself, its stack and what it was loaded from are free again after ExitBootServices.
    assert memory - 0x60000 - told(result, "free") <= RAM_KEPT
    assert told(result, "free-1-64") == 63 * MIB
    assert told(result, "legacy-type") == ACPI_RECLAIM
    assert told(result, "smbios3") == 0xF0000
    assert told(result, "year") >= 2024


# --- the machine as it is by default, and its consoles ---------------------


@batch("small")
def one_disk(folder):
    return [run("--memory", "size=512M", "--disk", f"path={disk(folder)}")]


@pytest.mark.cases("one_disk")
def test_boot(result):
    check_boot(result, 512 * MIB)


@real_has_none
@pytest.mark.cases("one_disk")
def test_exits_to_the_loader(result):
    assert result.exits("pm-timer") == 0  # the TSC's frequency stands in CPUID: nothing is measured
    assert result.exits("io-apic") == 0  # its entries are masked since reset
    assert result.exits("absent") <= 40
    assert 0 < result.exits("to-loader") <= EXITS


@batch("small")
def debug_build(folder):
    return [run("--disk", f"path={disk(folder)}", build="DEBUG")]


@pytest.mark.cases("debug_build")
def test_debug_build(result):
    check_boot(result, 512 * MIB)


@batch("small")
def default_console(folder):
    return [run("--disk", f"path={disk(folder)}", consoles=())]


@pytest.mark.cases("default_console")
def test_default_console(result):
    """Cloud Hypervisor's default: the terminal is a virtio-console, and nobody reads the serial port."""
    check_boot(result, 512 * MIB)
    assert told(result, "acpi20") != 0xA0000  # the serial port's table stands beside the VMM's
    assert not result.report or 0 < result.exits("to-loader") <= EXITS


@batch("small")
def serial_off(folder):
    return [run("--disk", f"path={disk(folder)}", consoles=("--serial", "off"))]


@pytest.mark.cases("serial_off")
def test_serial_off(result):
    check_boot(result, 512 * MIB)
    assert told(result, "acpi20") == 0xA0000


@batch("small")
def no_serial_table(folder):
    return [run("--disk", f"path={disk(folder)}", "--platform", "oem_strings=[cloudhv.console=no-spcr]")]


@pytest.mark.cases("no_serial_table")
def test_no_serial_table(result):
    """Then the OS finds the VMM's own root."""
    assert "guest: done" in result.console
    assert told(result, "acpi20") == 0xA0000


@batch("small")
def no_console(folder):
    return [run("--disk", f"path={disk(folder)}", consoles=("--serial", "off", "--console", "off"))]


@pytest.mark.cases("no_console")
def test_without_any_console(result):
    """Nobody hears anything, and nothing waits for a port that is not there."""
    assert result.status == POWER_OFF, str(result)
    assert "guest:" not in result.console


# --- what the OS finds ------------------------------------------------------


@batch("small")
def exit_boot_services(folder):
    return [run("--disk", f"path={disk(folder)}", consoles=(), options="exit")]


@real_has_none
@pytest.mark.cases("exit_boot_services")
def test_devices_are_reset_for_the_os(result):
    """Console, disk and entropy device: status 0, and no bus mastering."""
    check_boot(result, 512 * MIB)
    devices = re.findall(r"command (\w+), BAR \w+, virtio type \d+, status (\w+)", result.state)
    assert [status for _, status in devices] == ["00"] * 3, result.state
    assert not any(int(command, 16) & 4 for command, _ in devices), result.state


# --- entry state, clocks ---------------------------------------------------


@batch("small")
def x2apic(folder):
    return [run("--memory", "size=128M", "--disk", f"path={disk(folder)}", own=("strict", "x2apic"))]


@real_has_none
@pytest.mark.cases("x2apic")
def test_x2apic_at_entry(result):
    check_boot(result, 128 * MIB)


@batch("small")
def stale_ram(folder):
    return [run("--memory", "size=128M", "--disk", f"path={disk(folder)}", own=("strict", "stale-ram"))]


@real_has_none
@pytest.mark.cases("stale_ram")
def test_ram_full_of_old_bytes(result):
    check_boot(result, 128 * MIB)


@batch("small")
def no_tsc_leaf(folder):
    return [run("--disk", f"path={disk(folder)}", own=("strict", "no-tsc-leaf"))]


@real_has_none
@pytest.mark.cases("no_tsc_leaf")
def test_the_pm_timer_measures_time(result):
    check_boot(result, 512 * MIB)
    assert 2 <= result.exits("pm-timer") <= 32


# --- memory ----------------------------------------------------------------


@batch("large")
def six_gigabytes(folder):
    return [run("--memory", "size=6G", "--disk", f"path={disk(folder)}")]


@pytest.mark.cases("six_gigabytes")
def test_six_gigabytes(result):
    check_boot(result, 6144 * MIB)


@batch("large")
def half_a_tebibyte(folder):
    return [run("--memory", "size=512G", "--disk", f"path={disk(folder)}")]


@pytest.mark.cases("half_a_tebibyte")
def test_half_a_tebibyte(result):
    check_boot(result, 512 << 30)


@batch("large")
def tebibyte(folder):
    return [run("--memory", "size=1T", "--disk", f"path={disk(folder)}")]


@pytest.mark.skipif(bench.address_bits() <= 40, reason="the machine of QEMU's TCG has 40 address bits")
@pytest.mark.cases("tebibyte")
def test_a_tebibyte(result):
    check_boot(result, 1 << 40)


@batch("small")
def zone(folder):
    """The guest counts its boots in the zone: the first ends in a reset, the second in a power cut."""
    image, file = disk(folder), folder / "zone.img"
    file.write_bytes(bytes(2 * MIB))
    flags = ["--memory", "size=0", "--memory-zone", "id=ram,size=512M", f"id=nvram,size=2M,file={file},shared=on",
             "--disk", f"path={image}"]
    own = ["strict", "power-cut-at=0x5a"]
    return [run(*flags, options="zone", own=own), run(*flags, options="zone", own=own)]


@pytest.mark.cases("zone")
def test_a_zone_keeps_its_bytes(result):
    first, second = result
    assert guests.told(first.console, "boots-before") == [0, 1], str(first)
    assert bench.real() or first.status == POWER_CUT
    assert told(second, "boots-before") == 2
    check_boot(second, 514 * MIB)


@batch("small")
def stale_zone(folder):
    """Whatever was in the zone before."""
    image, file = disk(folder), folder / "zone.img"
    file.write_bytes(os.urandom(2 * MIB))
    flags = ["--memory", "size=0", "--memory-zone", f"id=nvram,size=2M,file={file},shared=on", "id=ram,size=512M",
             "--disk", f"path={image}"]
    return [run(*flags), run(*flags)]


@pytest.mark.cases("stale_zone")
def test_a_zone_with_old_bytes(result):
    for one in result:
        check_boot(one, 514 * MIB)


# --- disks -----------------------------------------------------------------


@batch("small")
def last_segment(folder):
    """Of as many as there can be."""
    return [run("--platform", "num_pci_segments=96", "--disk", f"path={disk(folder)},pci_segment=95")]


@pytest.mark.cases("last_segment")
def test_a_disk_on_the_last_segment(result):
    check_boot(result, 512 * MIB)


@batch("small")
def unused_segments(folder):
    return [run("--platform", "num_pci_segments=96", "--disk", f"path={disk(folder)}")]


@real_has_none
@pytest.mark.cases("one_disk", "unused_segments")
def test_segments_that_are_not_needed_cost_nothing(result):
    one, many = result
    check_boot(many, 512 * MIB)
    assert many.exits("to-loader") == one.exits("to-loader")


@batch("small")
def sectors_4096(folder):
    image, size, (first, last) = folder / "disk.img", 72 * MIB, (256, 72 * 256 - 257)
    layout.empty(image, size)
    layout.run("fdisk", "-b", "4096", image, input=f"g\nn\n1\n{first}\n{last}\nt\n1\nw\n")
    place = (first * 4096, (last + 1 - first) * 4096)
    layout.fat(image, place, {"EFI/BOOT/BOOTX64.EFI": guests.program("machine")}, bits=16, sector=4096)
    return [run("--disk", f"path={image},image_type=raw", own=("strict", "block-size=4096"), options="write")]


@real_has_none
@pytest.mark.cases("sectors_4096")
def test_sectors_of_4096_bytes(result):
    check_boot(result, 512 * MIB)
    assert told(result, "block-size") == 4096
    assert told(result, "written") == 10


@batch("large")
def forty_disks(folder):
    image = disk(folder)
    others = [f"path={image},readonly=on,pci_segment={i % 2}" for i in range(39)]
    return [run("--platform", "num_pci_segments=2", "--disk", f"path={image}", *others)]


@pytest.mark.cases("forty_disks")
def test_forty_disks(result):
    check_boot(result, 512 * MIB)


@real_has_none
@pytest.mark.cases("one_disk", "forty_disks")
def test_disks_that_are_not_booted_cost_little(result):
    one, forty = result
    assert forty.exits("to-loader") - one.exits("to-loader") <= 39 * EXITS_PER_DISK


@batch("small")
def power_cut(folder):
    image = own_disk(folder)
    return [run("--disk", f"path={image},image_type=raw", options="write", own=("strict", "power-cut=5")),
            run("--disk", f"path={image},image_type=raw")]


@real_has_none
@pytest.mark.cases("power_cut")
def test_power_cut_between_writes(result):
    cut, after = result
    assert cut.status == POWER_CUT
    assert "guest: written" not in cut.console
    check_boot(after, 512 * MIB)


@batch("small")
def failing_disk(folder):
    image = disk(folder)
    return [run("--disk", f"path={image},readonly=on", f"path={image}", own=("strict", "fail=0:1-1000"))]


@real_has_none
@pytest.mark.cases("failing_disk")
def test_a_disk_that_fails(result):
    """It gets its line, and the next one boots."""
    check_boot(result, 512 * MIB)
    assert re.search(r"virtio-blk 0000:00:01\.0", result.console), str(result)


@batch("small")
def slow_disk(folder):
    return [run("--disk", f"path={disk(folder)}", own=("strict", "delay=0:2:300", "delay=0:5:300"))]


@real_has_none
@pytest.mark.cases("slow_disk")
def test_a_disk_that_takes_its_time(result):
    check_boot(result, 512 * MIB)


@batch("small")
def small_queue(folder):
    return [run("--disk", f"path={disk(folder)},queue_size=4")]


@pytest.mark.cases("small_queue")
def test_a_disk_with_a_small_queue(result):
    """Chains are in tables; with a queue of the usual size `strict` allows no INDIRECT_DESC."""
    check_boot(result, 512 * MIB)


# --- network ---------------------------------------------------------------


@batch("small")
def network(folder):
    """The program of test_network.py, whose answers come from a peer in the bench."""
    return [run("--net", "mac=52:54:00:c1:0d:48", "--disk", f"path={disk(folder, 'network')}")]


@real_has_none
@pytest.mark.cases("network")
def test_network(result):
    assert result.status == POWER_OFF, str(result)
    for line in ("cards 0x1", "card 52:54:00:c1:0d:48", "gateway 52:55:0a:00:02:02", "arp ok", "ping ok", "stop ok"):
        assert f"network: {line}" in result.console, str(result)


# --- processors ------------------------------------------------------------


@batch("small")
def four_processors(folder):
    return [run("--cpus", "boot=4", "--disk", f"path={disk(folder)}", options="processors")]


@pytest.mark.cases("four_processors")
def test_four_processors(result):
    check_boot(result, 512 * MIB)
    assert told(result, "x2apic") == 0
    assert told(result, "woken") == 3


@batch("large")
def many_processors(folder):
    """Three cores in room for four: APIC ids have gaps and go to 398, so x2APIC mode is on at entry."""
    return [run("--cpus", "boot=300,topology=1:3:1:100", "--disk", f"path={disk(folder)}", options="processors")]


@pytest.mark.cases("many_processors")
def test_three_hundred_processors(result):
    check_boot(result, 512 * MIB)
    assert told(result, "x2apic") == 1
    assert told(result, "woken") == 299


@batch("small")
def mp_services(folder):
    """The program of test_mp_services.py."""
    return [run("--cpus", "boot=4", "--disk", f"path={disk(folder, 'mp')}", "--cmdline", "cloudhv.noboot=poweroff")]


@pytest.mark.cases("mp_services")
def test_mp_services(result):
    assert result.status == POWER_OFF, str(result)
    assert told(result, "done") == 0, str(result)
    assert told(result, "processors") == 4
    assert told(result, "visits") == told(result, "good") == 3


@batch("large")
def many_mp_services(folder):
    return [run("--cpus", "boot=300,topology=1:3:1:100", "--disk", f"path={disk(folder, 'mp')}",
                "--cmdline", "cloudhv.noboot=poweroff")]


@pytest.mark.cases("many_mp_services")
def test_mp_services_of_three_hundred_processors(result):
    """What has a time limit in the program may take longer than that here."""
    assert result.status == POWER_OFF, str(result)
    assert told(result, "processors") == told(result, "enabled") == 300
    assert told(result, "all") == told(result, "strangers") == told(result, "one-by-one") == 0, str(result)
    assert told(result, "visits") == told(result, "good") == 299


# --- nothing to boot -------------------------------------------------------

ENDS = {"poweroff": POWER_OFF, "reset": RESET}


@batch("small")
def nothing_boots(folder):
    """The host says what to do then, in both ways that Cloud Hypervisor has."""
    flags = [flags for what in ENDS for flags in (
        ("--cmdline", f"quiet cloudhv.noboot={what}"), ("--platform", f"oem_strings=[first,cloudhv.noboot={what}]"))]
    return [run(*one, own=("strict", "no-reboot")) for one in flags]


@real_has_none
@pytest.mark.cases("nothing_boots")
def test_nothing_boots(result):
    assert [one.status for one in result] == [POWER_OFF, POWER_OFF, RESET, RESET], "\n".join(map(str, result))
    for one in result:
        assert "no disk" in one.console
