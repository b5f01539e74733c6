# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What starting each kind of device costs: instructions and accesses that leave the guest. A report.

python3 tests/bench/devices.py [cloudhv] [ovmf]

A program on the first disk asks for all disks, cards and random-number generators. Each row is the machine with the
device, less the machine without it.
"""

import sys
import tempfile
from pathlib import Path

import report
import guests
from marker import other_disk

# Behind the first disk, which else would not be the first to be tried. q35's own AHCI controller is there in any case; a disk on it is one row, a controller with a disk another.
DEVICES = {
    "virtio-blk": ["-device", "virtio-blk-pci,addr=0x8,disable-legacy=on,drive=d"],
    "virtio-blk, transitional": ["-device", "virtio-blk-pci,addr=0x8,drive=d"],
    "virtio-blk, legacy": ["-device", "virtio-blk-pci,addr=0x8,disable-modern=on,disable-legacy=off,drive=d"],
    "virtio-scsi with a disk": ["-device", "virtio-scsi-pci,addr=0x8,disable-legacy=on", "-device", "scsi-hd,drive=d"],
    "NVMe with a namespace": ["-device", "nvme,addr=0x8,serial=s,drive=d"],
    "AHCI disk": ["-device", "ide-hd,bus=ide.0,drive=d"],
    "AHCI CD-ROM": ["-device", "ide-cd,bus=ide.0,drive=d"],
    "virtio-pmem": ["-m", "256M,maxmem=1G,slots=1", "-object", "memory-backend-file,id=m,size=66M,mem-path=IMAGE",
                    "-device", "virtio-pmem-pci,addr=0x8,memdev=m"],
    "virtio-net, initialized": ["-netdev", "user,id=n", "-device", "virtio-net-pci,addr=0x8,disable-legacy=on,netdev=n"],
    "virtio-console": ["-device", "virtio-serial-pci,addr=0x8,disable-legacy=on", "-chardev", "null,id=c", "-device", "virtconsole,chardev=c"],
    "virtio-rng": ["-device", "virtio-rng-pci,addr=0x8,disable-legacy=on"],
    "virtio-balloon (left alone)": ["-device", "virtio-balloon-pci,addr=0x8"],
}


def arguments(words):
    image = str(other_disk() / "disk.img")
    drive = ["-drive", f"if=none,id=d,format=raw,file={image}"] if any("drive=d" in word for word in words) else []
    return drive + [word.replace("IMAGE", image) for word in words]


def measure(firmware, disk):
    """[(what, instructions, accesses)]; the first row is the machine with its first disk alone."""
    def count(extra):
        values = report.count(firmware, memory="256M", disks=[disk], extra=extra)
        return values["instructions"], values["ports"] + values["mmio"]

    bare = count([])
    rows = [("the machine with its first disk", *bare)]
    for what, words in DEVICES.items():
        rows.append((what, *(now - before for now, before in zip(count(arguments(words)), bare))))
    return rows


def main():
    report.build_plugin()
    names = sys.argv[1:] or ["cloudhv", "ovmf"]
    with tempfile.TemporaryDirectory() as folder:
        disk = guests.disk(Path(folder), "devices")
        columns = [measure(name, disk) for name in names]
    print(f"{'':36}" + "".join(f"{name + ' instructions':>24}{'accesses':>12}" for name in names))
    for rows in zip(*columns):
        print(f"{rows[0][0]:36}" + "".join(f"{instructions:24,}{accesses:12,}" for _, instructions, accesses in rows))


if __name__ == "__main__":
    main()
