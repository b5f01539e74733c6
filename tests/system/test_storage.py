# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Disks and CD-ROMs of every kind that QEMU has: a kernel boots from each."""

import sys

import pytest

import guests
from disks import layout, loaders, media
from test_boot import disks_of
from test_pci import Shell, kernel_spec
from vm import ROOT, Spec, plain

sys.path.insert(0, str(ROOT / "tests" / "bench"))

import files  # noqa: E402 pylint: disable=wrong-import-position

name = pytest.mark.parametrize


def boot_from(start, recipe, device, **options):
    [disk] = disks_of(recipe)
    vm = start(Spec([f"path={disk},device={device}"], **options))
    text = plain(vm.expect_prompt())
    vm.run("test -d /sys/firmware/efi")
    return vm, text


@name("device", ["virtio-scsi", "nvme", "sata"])
def test_disk(start, device):
    boot_from(start, loaders.systemd_boot, device)


@name("device", ["virtio-scsi", "nvme"])
def test_blocks_of_4096_bytes(start, device):
    boot_from(start, media.sectors_4096, f"{device},block_size=4096")


@name("device", ["virtio-scsi-cd", "sata-cd"])
@name("recipe", [media.iso, media.el_torito], ids=lambda recipe: recipe.__name__)
def test_cdrom(start, recipe, device):
    boot_from(start, recipe, device)


def blank(path, number):
    """A disk with nothing on it, as arguments of QEMU: a drive blankN."""
    image = path / f"blank{number}.img"
    layout.empty(image, 4 << 20)
    return ["-drive", f"if=none,id=blank{number},format=raw,file={image}"]


def bootable(recipe):
    [disk] = disks_of(recipe)
    return ["-drive", f"if=none,id=boot,format=raw,file={disk}"]


def test_several_units(start, tmp_path):
    """Of four units on two targets the last one boots."""
    extra = ["-device", "virtio-scsi-pci,id=several", *bootable(loaders.systemd_boot)]
    for number, place in enumerate(["scsi-id=1,lun=0", "scsi-id=1,lun=1", "scsi-id=7,lun=3"]):
        extra += [*blank(tmp_path, number), "-device", f"scsi-hd,bus=several.0,drive=blank{number},{place}"]
    extra += ["-device", "scsi-hd,bus=several.0,drive=boot,scsi-id=7,lun=300"]
    vm = start(Spec([], machine="q35", extra=extra))
    vm.expect_prompt()


def test_several_namespaces(start, tmp_path):
    extra = [*blank(tmp_path, 0), *bootable(loaders.systemd_boot), "-device", "nvme,id=several,serial=s"]
    extra += ["-device", "nvme-ns,bus=several,drive=blank0,nsid=2", "-device", "nvme-ns,bus=several,drive=boot,nsid=7"]
    vm = start(Spec([], machine="q35", extra=extra))
    vm.expect_prompt()


@name("device", ["virtio-blk-pci,disable-legacy=on", "nvme,serial=s"])
def test_rate_limited_disk(start, device):
    """What the host makes slow takes its time: of the requests for the kernel the last is answered after seconds."""
    limited = f"if=none,id=boot,format=raw,file={loaders.kernel() / 'disk.img'},throttling.bps-total=1500000"
    vm = start(kernel_spec(["-drive", limited, "-device", f"{device},drive=boot"]))
    vm.expect_prompt()


@name("device", ["virtio-blk-pci,disable-legacy=on", "scsi-hd,bus=scsi.0"])
def test_resized_disk(start, tmp_path, device):
    """A disk that grows while the VM runs has its new blocks with the next requests."""
    extra = [*blank(tmp_path, 0), "-device", "virtio-scsi-pci,id=scsi", "-device", f"{device},drive=blank0"]
    shell = Shell(start, Spec([], machine="q35", extra=extra), tmp_path)
    last, beyond = (4 << 11) - 1, 4 << 11
    assert "LBA" in shell.run(f"dblk blk0 {last:x} 1")
    assert "LBA" not in shell.run(f"dblk blk0 {beyond:x} 1")
    shell.qmp("block_resize", device="blank0", size=8 << 20)
    for _ in range(2):  # a SCSI disk tells it with the first request, and is asked with the next one
        shell.run("dblk blk0 0 1")
    assert "LBA" in shell.run(f"dblk blk0 {beyond:x} 1")


DEVICES = {
    "virtio-blk": ["virtio-blk-pci,drive=own"],
    "virtio-blk-legacy": ["virtio-blk-pci,disable-modern=on,disable-legacy=off,drive=own"],
    "virtio-scsi": ["virtio-scsi-pci,id=own-bus", "scsi-hd,bus=own-bus.0,drive=own"],
    "nvme": ["nvme,serial=s,drive=own"],
    "sata": ["ide-hd,bus=ide.0,drive=own"],
}


def expect_content(start, spec, image, big):
    spec.extra += ["-drive", f"if=none,id=own,format=raw,snapshot=off,file={image}"]
    vm = start(spec)
    text = vm.expect("guest: done")
    assert guests.told(text, "checksum") == [files.checksum(big)]
    assert guests.told(text, "write-1m-bytes") == [8 << 20]
    assert guests.told(text, "random-4k-bytes") == [500 * 4096]
    vm.wait_end()
    files.check_written(image, big)


@name("device", DEVICES)
def test_content(start, tmp_path, device):
    """What a program reads is what the host has, and the host has what it writes."""
    image = tmp_path / "disk.img"
    big = files.make_disk(image, 8)
    extra = [word for words in DEVICES[device] for word in ("-device", words)]
    expect_content(start, Spec([], machine="q35", extra=extra), image, big)


@name("legacy", ["true", "false"])
def test_content_over_mmio(start, tmp_path, legacy):
    image = tmp_path / "disk.img"
    big = files.make_disk(image, 8)
    extra = ["-global", f"virtio-mmio.force-legacy={legacy}", "-device", "virtio-blk-device,drive=own"]
    expect_content(start, Spec([], machine="microvm-mmio", extra=extra), image, big)
