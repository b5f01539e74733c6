# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Disks that no firmware should boot, each for one reason."""

import struct
import zlib

from . import debian, layout
from .cache import recipe

SIZE = 34 * layout.MIB
ESP_PLACE = (layout.MIB, 32 * layout.MIB)
ENTRY = 128


def esp_disk(image, loader):
    """A small good disk, to be broken: FAT16 on an ESP with `loader` at the removable path."""
    [place] = layout.gpt(image, SIZE, [(layout.ESP, 32)])
    assert place == ESP_PLACE
    layout.fat(image, place, {"EFI/BOOT/BOOTX64.EFI": loader} if loader else {}, bits=16)


def good_loader():
    return debian.unpacked("systemd-boot-efi") / "usr/lib/systemd/boot/efi/systemd-bootx64.efi"


@recipe()
def no_partitions(out):
    layout.empty(out / "disk.img", SIZE)


@recipe()
def no_loader(out):
    """An ESP without \\EFI\\BOOT\\BOOTX64.EFI."""
    esp_disk(out / "disk.img", None)


def gpt_headers():
    """Where the two headers are."""
    return layout.SECTOR, SIZE - layout.SECTOR


@recipe("systemd-boot-efi")
def broken_gpt(out):
    """Both headers fail their checksum."""
    esp_disk(out / "disk.img", good_loader())
    for header in gpt_headers():
        layout.patch(out / "disk.img", header + 16, b"\xde\xad\xbe\xef")


@recipe("systemd-boot-efi")
def broken_primary_gpt(out):
    """Only the primary header is broken: this one must boot as far as its loader."""
    esp_disk(out / "disk.img", good_loader())
    layout.patch(out / "disk.img", gpt_headers()[0] + 16, b"\xde\xad\xbe\xef")


@recipe("systemd-boot-efi")
def overlapping(out):
    """Two entries share sectors, and every checksum is right."""
    image = out / "disk.img"
    esp_disk(image, good_loader())
    for header_at in gpt_headers():
        header = bytearray(layout.peek(image, header_at, 92))
        entries_at = struct.unpack_from("<Q", header, 72)[0] * layout.SECTOR
        entries = bytearray(layout.peek(image, entries_at, 128 * ENTRY))
        first, last = struct.unpack_from("<QQ", entries, 32)
        entries[ENTRY:2 * ENTRY] = entries[:ENTRY]
        entries[ENTRY + 16] ^= 1  # its own partition GUID
        struct.pack_into("<QQ", entries, ENTRY + 32, first + 2048, last)
        struct.pack_into("<I", header, 88, zlib.crc32(entries))
        struct.pack_into("<I", header, 16, 0)
        struct.pack_into("<I", header, 16, zlib.crc32(header))
        layout.patch(image, entries_at, entries)
        layout.patch(image, header_at, header)


@recipe("systemd-boot-efi")
def fat_loop(out):
    """The loader's second cluster points back to its first."""
    image = out / "disk.img"
    esp_disk(image, good_loader())
    start = ESP_PLACE[0]
    reserved, = struct.unpack("<H", layout.peek(image, start + 14, 2))
    copies, = struct.unpack("<B", layout.peek(image, start + 16, 1))
    per_fat, = struct.unpack("<H", layout.peek(image, start + 22, 2))
    # Files are laid out in the order of their making: EFI, BOOT, the loader.
    first = 4
    for copy in range(copies):
        fat = start + (reserved + copy * per_fat) * layout.SECTOR
        second, = struct.unpack("<H", layout.peek(image, fat + 2 * first, 2))
        assert second == first + 1, "mtools has laid the files out in another way"
        layout.patch(image, fat + 2 * second, struct.pack("<H", first))


def pe_header(data):
    return struct.unpack_from("<I", data, 0x3C)[0]


def first_section(data):
    header = pe_header(data)
    return header + 24 + struct.unpack_from("<H", data, header + 20)[0]


@recipe("systemd-boot-efi")
def truncated(out):
    """The file ends in the middle of the image."""
    data = good_loader().read_bytes()
    esp_disk(out / "disk.img", data[:len(data) // 2])


@recipe("systemd-boot-efi")
def other_machine(out):
    """A good image, for ARM64."""
    data = bytearray(good_loader().read_bytes())
    struct.pack_into("<H", data, pe_header(data) + 4, 0xAA64)
    esp_disk(out / "disk.img", bytes(data))


@recipe("systemd-boot-efi")
def section_outside(out):
    """A section's raw data begins behind the end of the file."""
    data = bytearray(good_loader().read_bytes())
    struct.pack_into("<I", data, first_section(data) + 20, 0x7FFFF000)
    esp_disk(out / "disk.img", bytes(data))


@recipe("systemd-boot-efi")
def not_an_image(out):
    """The loader is a text file."""
    esp_disk(out / "disk.img", b"this is not a program\n" * 100)


@recipe("systemd-boot-efi")
def good(out):
    """A small disk whose loader starts: for the device that fails, not the disk."""
    esp_disk(out / "disk.img", good_loader())
    (out / "errors.blkdebug").write_text('[inject-error]\nevent = "read_aio"\nerrno = "5"\nonce = "off"\n')
