# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Bad disks and bad devices: one line each that names the disk and the reason, then the next disk boots."""

import re

import pytest

import servers
from disks import bad, loaders
from test_boot import disks_of
from vm import BOOT, Spec, plain

# Where run.sh puts the first and the second disk.
FIRST = "0000:00:03.0"
SECOND = "0000:00:04.0"

# What the firmware's line about each disk must say, besides the disk's name.
# Regular expressions in the firmware's words, all of them here, so that a
# change of its wording is a change of this table.
REASONS = {
    bad.no_partitions: r"no partition with a file system",
    bad.no_loader: r"no \\EFI\\BOOT\\BOOTX64\.EFI",
    bad.broken_gpt: r"both GPTs are broken",
    bad.overlapping: r"GPT partitions 1 and 2 overlap",
    bad.fat_loop: r"the cluster chain loops",
    bad.truncated: r"section outside the file",
    bad.other_machine: r"made for another machine",
    bad.section_outside: r"section outside the file",
    bad.not_an_image: r"not a PE image",
}
DEVICE_ERROR = r"cannot read the partition table"
NO_ANSWER = r"no answer for \d+ seconds"
BACKUP_USED = r"the primary GPT is broken .*its backup is used"

# The firmware's last line when nothing could be booted.
NOTHING_BOOTS = r"Nothing could be booted\."

# A PCI address must not end in the middle of a longer one.
LINE = r"(?im)^.*{disk}(?![0-9a-f]).*({reason}).*$"


def reason_line(text, disk, reason):
    """The one line that names the disk and says why; lines with other reasons about it are too many."""
    named = [line for line in plain(text).splitlines() if disk in line]
    matching = [line for line in named if re.search(LINE.format(disk=re.escape(disk), reason=reason), line)]
    assert len(matching) == 1, f"one line about {disk} ({reason}) was expected among {named}"
    return matching[0]


def boot_past(start, first, **options):
    """Boot with a bad first disk and a good second one; return the firmware's text."""
    spec = Spec([first, *disks_of(loaders.systemd_boot)], **options)
    vm = start(spec)
    text = vm.expect("EFI stub:", timeout=BOOT)
    vm.expect_prompt()
    # The good disk is the second: the bad one is still there, and first.
    assert vm.run("ls /sys/bus/pci/devices").split().count(FIRST) == 1
    return text


@pytest.mark.parametrize("recipe", REASONS, ids=lambda recipe: recipe.__name__)
def test_bad_disk(start, firmware, recipe):
    text = boot_past(start, *disks_of(recipe))
    if firmware == "cloudhv":
        reason_line(text, FIRST, REASONS[recipe])


def test_disk_that_returns_errors(start, firmware):
    rules = bad.good() / "errors.blkdebug"
    disk = f"path=blkdebug:{rules}:{bad.good() / 'disk.img'},readonly=on"
    text = boot_past(start, disk)
    if firmware == "cloudhv":
        reason_line(text, FIRST, DEVICE_ERROR)


@pytest.mark.long
def test_disk_that_never_answers(start, firmware):
    if firmware == "ovmf":
        pytest.skip("Debian's ovmf waits for such a disk without end")
    # One byte a second: the first request empties the bucket, the next waits for hours. A server that is mute for
    # ever would make QEMU itself hang when the firmware resets the device.
    slow = ["-drive", f"if=none,id=slow,format=raw,readonly=on,file={bad.good() / 'disk.img'},throttling.bps-total=1"]
    slow += ["-device", "virtio-blk-pci,disable-legacy=on,drive=slow,addr=0x3,cyls=64,heads=16,secs=63"]
    good = f"path={loaders.systemd_boot() / 'disk.img'},pci_device_id=4"
    vm = start(Spec([good], extra=slow))
    reason_line(vm.expect("EFI stub:"), FIRST, NO_ANSWER)


def test_backup_gpt_serves(start, firmware):
    """A broken primary header is no reason to pass the disk over."""
    if firmware == "ovmf":
        pytest.skip("asserts on this firmware's messages")
    vm = start(Spec(disks_of(bad.broken_primary_gpt), cmdline="cloudhv.noboot=poweroff"))
    text = vm.expect(NOTHING_BOOTS)
    reason_line(text, FIRST, BACKUP_USED)
    # systemd-boot has started; it found nothing to offer, and returned.
    assert "no loader found" in plain(text).lower()
    vm.wait_end()


ALL_BAD = [*REASONS]


def start_with_nothing_to_boot(start, firmware, noboot):
    if firmware == "ovmf":
        pytest.skip("asserts on this firmware's messages")
    disks = [path for recipe in ALL_BAD for path in disks_of(recipe)]
    return start(Spec(disks, cmdline=f"cloudhv.noboot={noboot}"))


def test_every_disk_is_named(start, firmware):
    """All bad disks at once: a line for each, in the order of the disks, and the last message."""
    vm = start_with_nothing_to_boot(start, firmware, "poweroff")
    text = vm.expect(NOTHING_BOOTS)
    lines = [
        reason_line(text, f"0000:00:{slot:02x}.0", REASONS[recipe]) for slot, recipe in enumerate(ALL_BAD, 3)
    ]
    places = [plain(text).index(line) for line in lines]
    assert places == sorted(places)
    vm.wait_end()


def test_noboot_reset(start, firmware):
    vm = start_with_nothing_to_boot(start, firmware, "reset")
    vm.expect(NOTHING_BOOTS)
    vm.expect(NOTHING_BOOTS)


def test_noboot_halt(start, firmware):
    """The VM stays, and its processor rests: QEMU is asked, not the clock."""
    if firmware == "ovmf":
        pytest.skip("asserts on this firmware's messages")
    with servers.Monitor() as monitor:
        vm = start(Spec(
            disks_of(bad.no_partitions), cmdline="cloudhv.noboot=halt",
            extra=["-qmp", f"unix:{monitor.path},server=on,wait=off"]))
        vm.expect(NOTHING_BOOTS)
        monitor.wait_halted(deadline=30)


def test_noboot_retry(start, firmware):
    """A disk that comes later is booted: here the same bad ones are named again."""
    vm = start_with_nothing_to_boot(start, firmware, "retry")
    vm.expect(NOTHING_BOOTS)
    vm.expect(re.escape(FIRST))
