# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Disks and CD-ROMs of every kind that QEMU has: a kernel boots from each."""

import sys
import time

import pytest

import guests
from disks import layout, loaders, media
from test_boot import disks_of
from test_pci import Shell, kernel_spec
from vm import ANSWER, ROOT, Spec, plain

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


def expect_block(shell, lba, there):
    """A medium is looked at every tenth of a second at most, and a drive tells of a change by its answers."""
    deadline = time.monotonic() + ANSWER
    while ("LBA" in shell.run(f"dblk blk0 {lba:x} 1")) != there:
        shell.run("dblk blk0 0 1")
        assert time.monotonic() < deadline, f"block {lba:#x} is {'not ' if there else ''}there"


@name("device", ["virtio-blk-pci,disable-legacy=on", "scsi-hd,bus=scsi.0"])
def test_resized_disk(start, tmp_path, device):
    """A disk that grows while the VM runs has its new blocks with the next requests."""
    extra = [*blank(tmp_path, 0), "-device", "virtio-scsi-pci,id=scsi", "-device", f"{device},drive=blank0"]
    shell = Shell(start, Spec([], machine="q35", extra=extra), tmp_path)
    last, beyond = (4 << 11) - 1, 4 << 11
    assert "LBA" in shell.run(f"dblk blk0 {last:x} 1")
    assert "LBA" not in shell.run(f"dblk blk0 {beyond:x} 1")
    shell.qmp("block_resize", device="blank0", size=8 << 20)
    expect_block(shell, beyond, True)


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


def test_disk_without_blocks(start, tmp_path):
    """An image of no bytes is a disk without a medium, and one with a medium when it has grown."""
    image = tmp_path / "none.img"
    image.touch()
    extra = ["-drive", f"if=none,id=none,format=raw,snapshot=off,file={image}", "-device", "virtio-blk-pci,drive=none"]
    shell = Shell(start, Spec([], machine="q35", extra=extra), tmp_path)
    expect_block(shell, 0, False)
    shell.qmp("block_resize", device="none", size=1 << 20)
    expect_block(shell, 0x7ff, True)
    expect_block(shell, 0x800, False)


@name("device", ["scsi-cd,bus=scsi.0", "ide-cd,bus=ide.0"])
def test_media_come_and_go(start, tmp_path, device):
    """What is put into a drive is there with the next request, and its files; what is taken out is gone."""
    [first] = disks_of(media.iso)
    second = tmp_path / "second.img"
    layout.empty(second, 4 << 20)
    shell = Shell(start, Spec([], machine="q35", extra=[
        "-device", "virtio-scsi-pci,id=scsi", "-device", f"{device},id=drive"]), tmp_path)
    beyond = (4 << 20) // 2048
    expect_block(shell, 0, False)
    for image, there in ((first, True), (second, False)):
        shell.qmp("blockdev-change-medium", id="drive", filename=str(image), format="raw")
        expect_block(shell, 0, True)
        expect_block(shell, beyond, there)
        assert ("DevicePath" in shell.run("dh -p SimpleFileSystem")) == there
    shell.qmp("eject", id="drive", force=True)
    expect_block(shell, 0, False)


def test_serial_numbers_are_told(start, tmp_path):
    """By GET_ID, by a page of INQUIRY, and by the two kinds of Identify."""
    extra = ["-device", "virtio-scsi-pci,id=scsi"]
    for number, device in enumerate(["virtio-blk-pci", "scsi-hd,bus=scsi.0", "nvme", "ide-hd,bus=ide.0"]):
        extra += [*blank(tmp_path, number), "-device", f"{device},drive=blank{number},serial=number-{number}"]
    shell = Shell(start, Spec([], machine="q35", extra=extra), tmp_path)
    shell.run("connect -r")
    text = shell.run("devices")
    assert [f"number-{number}" in text for number in range(4)] == [True] * 4, text


# How it is plugged, its blocks, what is told of the medium, and what else the host gives it.
MEDIA = {
    "virtio-blk": ("virtio-blk-pci,drive=own,disable-legacy=on", 512, {}),
    "virtio-blk-legacy": ("virtio-blk-pci,drive=own,disable-modern=on,disable-legacy=off", 512, {}),
    "virtio-blk-topology": (
        "virtio-blk-pci,drive=own,physical_block_size=4096,min_io_size=8192,num-queues=4", 512,
        {"blocks-per-physical": 8, "lowest-aligned": 0, "granularity": 16}),
    "virtio-blk-4096": (
        "virtio-blk-pci,drive=own,logical_block_size=4096,physical_block_size=4096", 4096, {"blocks-per-physical": 1}),
    "virtio-blk-small-queue": ("virtio-blk-pci,drive=own,queue-size=4,seg-max-adjust=off,num-queues=1", 512, {}),
    "virtio-scsi": ("scsi-hd,bus=scsi.0,drive=own", 512, {}),
    "virtio-scsi-4096": (
        "scsi-hd,bus=scsi.0,drive=own,logical_block_size=4096,physical_block_size=4096", 4096, {}),
    "nvme": ("nvme,serial=s,drive=own,mdts=1", 512, {}),
    "nvme-4096": ("nvme,serial=s,drive=own,logical_block_size=4096,physical_block_size=4096", 4096, {}),
    "sata": ("ide-hd,bus=ide.0,drive=own,physical_block_size=4096", 512, {"blocks-per-physical": 8}),
}


@name("kind", MEDIA)
def test_blocks(start, tmp_path, kind):
    """Block I/O at an odd address, of each kind's block size; the host has what was written, and not what was erased."""
    device, size, known = MEDIA[kind]
    image = tmp_path / "own.img"
    image.write_bytes(b"scratch!".ljust(2 << 20, b"\xee"))
    extra = ["-drive", f"if=none,id=own,format=raw,snapshot=off,discard=unmap,file={image}"]
    extra += ["-device", "virtio-scsi-pci,id=scsi", "-device", device]
    vm = start(Spec([guests.disk(tmp_path, "disk")], machine="q35", extra=extra))
    text = vm.expect("guest: done")
    known = {"block-size": size, "last-block": (2 << 20) // size - 1, **known}
    known.update(dict.fromkeys(["read-only", "written", "flushed", "read", "same"], 0))
    assert {key: guests.told(text, key) for key in known} == {key: [value] for key, value in known.items()}
    vm.wait_end()
    data, quarter = image.read_bytes(), 64 << 10
    pattern = bytes((i * 7 + i // 512) & 255 for i in range(4 * quarter))
    places = data[:4 * quarter], data[4 * quarter:5 * quarter], data[5 * quarter:6 * quarter], data[6 * quarter:8 * quarter]
    # "is": a difference of so many bytes is nothing that pytest should print.
    assert (places[0] == b"scratch!".ljust(4 * quarter, b"\xee")) is True
    assert (places[1] == pattern[:quarter] and places[3] == pattern[2 * quarter:]) is True
    assert guests.told(text, "erased") == ([0] if kind.startswith("virtio-blk") else [])
    erased = bytes(quarter) if kind.startswith("virtio-blk") else pattern[quarter:2 * quarter]
    assert (places[2] == erased) is True
    assert (data[8 * quarter:] == b"\xee" * (len(data) - 8 * quarter)) is True


def test_read_only_disk(start, tmp_path):
    """What the host gives for reading only is told, and stays."""
    image = tmp_path / "own.img"
    image.write_bytes(b"scratch!".ljust(2 << 20, b"\xee"))
    extra = ["-drive", f"if=none,id=own,format=raw,readonly=on,file={image}", "-device", "virtio-blk-pci,drive=own"]
    vm = start(Spec([guests.disk(tmp_path, "disk")], machine="q35", extra=extra))
    text = vm.expect("guest: done")
    assert guests.told(text, "read-only") == [1]
    assert guests.told(text, "written") == [0x8000000000000008]  # EFI_WRITE_PROTECTED


SMALL_QUEUES = {
    "modern-4": ("q35", ["virtio-blk-pci,drive=own,disable-legacy=on,queue-size=4"]),
    "legacy-8": ("q35", ["virtio-blk-pci,drive=own,disable-modern=on,queue-size=8"]),
    "microvm-4": ("microvm", ["virtio-blk-device,drive=own,queue-size=4"]),
    "without-tables-4": ("q35", ["virtio-blk-pci,drive=own,queue-size=4,indirect_desc=off"]),
    "scsi-4": ("q35", ["virtio-scsi-pci,id=own-bus,virtqueue_size=4", "scsi-hd,bus=own-bus.0,drive=own"]),
}


@name("queue", SMALL_QUEUES)
def test_content_through_a_small_queue(start, tmp_path, queue):
    """Chains are in tables of their own, where the device takes them."""
    machine, words = SMALL_QUEUES[queue]
    image = tmp_path / "disk.img"
    big = files.make_disk(image, 8)
    extra = [part for word in words for part in ("-device", word)]
    expect_content(start, Spec([], machine=machine, extra=extra), image, big)


def test_small_queues_only_have_tables(start, tmp_path):
    extra = []
    for number, size in enumerate([8, 256]):
        extra += [*blank(tmp_path, number), "-device", f"virtio-blk-pci,drive=blank{number},queue-size={size}"]
    shell = Shell(start, Spec([], machine="q35", extra=extra), tmp_path)
    shell.run("connect -r")
    tables = {}
    for device in shell.qmp("x-query-virtio"):
        path = device["path"]
        size = shell.qmp("x-query-virtio-queue-status", path=path, queue=0)["vring-num-default"]
        features = shell.qmp("x-query-virtio-status", path=path)["guest-features"]["transports"]
        tables[size] = any("INDIRECT_DESC" in feature for feature in features)
    assert tables == {8: True, 256: False}
