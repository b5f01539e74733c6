# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Devices behind an IOMMU, which lets nobody through until it is told to."""

import re
import sys

import pytest

import guests
from disks import loaders
from test_network import card, expect_answers
from test_pci import kernel_spec
from vm import ROOT, Spec

sys.path.insert(0, str(ROOT / "tests" / "bench"))

import files  # noqa: E402 pylint: disable=wrong-import-position

name = pytest.mark.parametrize

BEHIND = "disable-legacy=on,iommu_platform=on"
DEVICES = {
    "virtio-blk": ([], f"virtio-blk-pci,{BEHIND}"),
    "virtio-scsi": (["-device", f"virtio-scsi-pci,id=own,{BEHIND}"], "scsi-hd,bus=own.0"),
    "nvme": ([], "nvme,serial=s"),
    "sata": (["-device", "ahci,id=own"], "ide-hd,bus=own.0"),
}


def iommu(bypass, trace):
    """The IOMMU, and a file of what it is asked. SeaBIOS, which looks at every disk, would wait for them for minutes."""
    words = ["-bios", "/usr/share/qemu/qboot.rom", "-device", f"virtio-iommu-pci,boot-bypass={bypass}", "-D", str(trace)]
    for event in ("attach", "detach", "map", "device_reset"):
        words += ["-trace", f"virtio_iommu_{event}"]
    return words


def asked(trace):
    """Attachments and detachments, in order: (what, endpoint)."""
    return re.findall(r"virtio_iommu_(attach|detach) domain=\d+ endpoint=(\d+)", trace.read_text())


def own_disk(kind, image):
    bus, disk = DEVICES[kind]
    return [*bus, "-drive", f"if=none,id=own-disk,format=raw,{image}", "-device", f"{disk},drive=own-disk"]


def assert_left_clean(trace):
    """Who was let through was shut out again, and then the IOMMU reset."""
    inside = set()
    for what, endpoint in asked(trace):
        (inside.add if what == "attach" else inside.remove)(endpoint)
    assert asked(trace) and not inside
    assert "virtio_iommu_device_reset" in trace.read_text().rpartition("virtio_iommu_detach")[2]


@name("device", DEVICES)
def test_kernel(start, tmp_path, device):
    """A kernel and its initrd come from the disk. Debian's cloud kernel has no driver for the IOMMU: with it it would
    see the disk, too."""
    extra = iommu("off", tmp_path / "trace") + own_disk(device, f"file={loaders.kernel() / 'disk.img'}")
    start(kernel_spec(extra)).expect("Freeing initrd memory")
    assert_left_clean(tmp_path / "trace")


@name("device", DEVICES)
def test_content(start, tmp_path, device):
    """What a program reads is what the host has, and the host has what it writes."""
    image = tmp_path / "disk.img"
    big = files.make_disk(image, 8)
    extra = iommu("off", tmp_path / "trace") + own_disk(device, f"snapshot=off,file={image}")
    vm = start(Spec([], extra=extra))
    text = vm.expect("guest: done")
    assert guests.told(text, "checksum") == [files.checksum(big)]
    assert guests.told(text, "write-1m-bytes") == [8 << 20]
    vm.wait_end()
    files.check_written(image, big)
    assert asked(tmp_path / "trace")


def test_network(start, tmp_path):
    extra = iommu("off", tmp_path / "trace") + card(BEHIND)
    expect_answers(start, Spec([guests.disk(tmp_path, "network")], extra=extra))


def test_iommu_that_lets_everybody_through(start, tmp_path):
    """It is asked nothing."""
    trace = tmp_path / "trace"
    expect_answers(start, Spec([guests.disk(tmp_path, "network")], extra=iommu("on", trace) + card(BEHIND)))
    assert asked(trace) == []


def test_intel_iommu(start):
    """It translates nothing before the OS turns it on."""
    extra = ["-device", "intel-iommu,intremap=off"] + own_disk("nvme", f"file={loaders.kernel() / 'disk.img'}")
    vm = start(kernel_spec(extra))
    vm.expect_prompt()
