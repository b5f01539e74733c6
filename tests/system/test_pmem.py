# SPDX-License-Identifier: BSD-2-Clause-Patent
"""virtio-pmem as a disk: what boots from it, and what is written to it."""

import re

import guests
from disks import layout, loaders
from test_boot import disks_of, spec_of
from vm import Spec, plain

MIB = 1 << 20


def pmem(image, machine_memory="256M"):
    """Arguments of QEMU for a file as persistent memory."""
    size = image.stat().st_size
    return [
        "-m", f"{machine_memory},slots=1,maxmem=4G",
        "-object", f"memory-backend-file,id=pmem0,share=on,mem-path={image},size={size}",
        "-device", "virtio-pmem-pci,memdev=pmem0",
    ]


def copy(recipe, tmp_path):
    """The VM writes to the file itself: -snapshot is for drives."""
    [disk] = disks_of(recipe)
    image = tmp_path / "pmem.img"
    data = disk.read_bytes()
    image.write_bytes(data + bytes(-len(data) % (2 * MIB)))
    return image


def empty_disk(tmp_path):
    image = tmp_path / "empty.img"
    layout.empty(image, MIB)
    return "path=" + str(image)


def test_boots(start, tmp_path):
    spec = spec_of(loaders.systemd_boot)
    spec.disks = [empty_disk(tmp_path)]
    spec.extra = pmem(copy(loaders.systemd_boot, tmp_path))
    vm = start(spec)
    vm.expect_prompt()
    vm.run("test -d /sys/firmware/efi")


def test_files(start, tmp_path):
    """A program on a FAT volume there writes, and the host finds it in the file."""
    image = tmp_path / "pmem.img"
    [place] = layout.gpt(image, 64 * MIB, [(layout.ESP, 60)])
    layout.fat(image, place, {
        "EFI/BOOT/BOOTX64.EFI": guests.program("file-protocol"), "read-me.txt": bytes(range(256)) * 8192, "gone": "x", "full/inside": "x",
    }, bits=16)
    text = plain(start(Spec([empty_disk(tmp_path)], extra=pmem(image))).wait_end())
    said = re.findall(r"files: (.*)", text)
    assert "done" in said and [line for line in said if "failed" in line] == ["open above the root failed e"], text
    made = tmp_path / "made.bin"
    layout.run("mcopy", "-i", f"{image}@@{place[0]}", "::made/renamed.bin", made)
    # "is": a difference of megabytes is nothing that pytest should print.
    assert (made.read_bytes() == bytes(i * 7 & 255 for i in range(3 * MIB))) is True
