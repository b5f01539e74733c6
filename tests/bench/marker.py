# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The marker: an EFI application whose first instruction the plugin knows, and a disk that starts it."""

import struct

from disks import layout
from disks.cache import recipe

# movabs $0xc10d4c55c10d4c55, %rax; then a loop, for a VM without the plugin.
CODE = b"\x48\xb8" + 2 * b"\x55\x4c\x0d\xc1" + b"\xf4\xeb\xfd"

PAGE = 0x1000


def application():
    """A PE32+ file of one section, by the PE/COFF specification."""
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    machine, characteristics = 0x8664, 0x0022  # x86-64; executable, large addresses
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", machine, 1, 0, 0, 0, 112 + 6 * 8, characteristics)
    optional = struct.pack("<HBBIIIII", 0x20B, 0, 0, PAGE, 0, 0, PAGE, PAGE)
    optional += struct.pack("<QII", 0, PAGE, PAGE)  # no preferred base; alignments
    optional += struct.pack("<HHHHHH", 0, 0, 0, 0, 0, 0)
    optional += struct.pack("<IIII", 0, 2 * PAGE, PAGE, 0)  # sizes of the image and the headers
    efi_application, nx_compatible = 10, 0x0100
    optional += struct.pack("<HH", efi_application, nx_compatible)
    optional += struct.pack("<QQQQII", 0, 0, 0, 0, 0, 6)
    optional += bytes(6 * 8)  # no data directories: position-independent, nothing to relocate
    section = b".text\0\0\0" + struct.pack("<IIIIIIHHI", len(CODE), PAGE, PAGE, PAGE, 0, 0, 0, 0, 0x60000020)
    headers = dos + coff + optional + section
    return headers.ljust(PAGE, b"\0") + CODE.ljust(PAGE, b"\0")


def fill(image):
    [place] = layout.gpt(image, 66 * layout.MIB, [(layout.ESP, 64)])
    layout.fat(image, place, {"EFI/BOOT/BOOTX64.EFI": application()})


@recipe()
def marker_disk(out):
    fill(out / "disk.img")


@recipe()
def other_disk(out):
    """A disk that is there and is not booted."""
    layout.gpt(out / "disk.img", 66 * layout.MIB, [(layout.LINUX, 64)])
