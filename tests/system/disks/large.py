# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What is too large to be copied into an image: made there by writing the FAT and directory entries themselves."""

import struct

from . import layout

CLUSTER = 16 << 10


def fat32(image, size, files):
    """A disk with one FAT32 volume of large clusters. Returns its place."""
    [place] = layout.gpt(image, size, [(layout.ESP, None)])
    offset, length = place
    layout.run(
        "mkfs.fat", "-F", 32, "-s", CLUSTER // layout.SECTOR, "--offset", offset // layout.SECTOR, image, length // 1024)
    for name, content in files.items():
        for end in [i for i, letter in enumerate(name) if letter == "/"]:
            layout.run("mmd", "-D", "s", "-i", f"{image}@@{offset}", f"::{name[:end]}")
        layout.put(f"{image}@@{offset}", name, content)
    return place


def _entry(file, place, name):
    """The place of a root entry with an 8.3 name, the volume's first FAT, its size, their number and the root's place."""
    file.seek(place[0])
    boot = file.read(512)
    reserved, fats = struct.unpack_from("<HB", boot, 14)
    fat_sectors, = struct.unpack_from("<I", boot, 36)
    root = place[0] + (reserved + fats * fat_sectors) * layout.SECTOR
    file.seek(root)
    at = file.read(CLUSTER).index(name)
    return root + at, place[0] + reserved * layout.SECTOR, fat_sectors * layout.SECTOR, fats


def grow(image, place, name, size):
    """Makes the file `name` ("HUGE    BIN"), which was copied last, `size` bytes long. What it gains are holes of the image."""
    with open(image, "r+b") as file:
        entry, fat, fat_size, fats = _entry(file, place, name.encode())
        file.seek(entry)
        data = bytearray(file.read(32))
        first = struct.unpack_from("<H", data, 26)[0] | struct.unpack_from("<H", data, 20)[0] << 16
        last = first + -(-size // CLUSTER) - 1
        chain = struct.pack(f"<{last - first + 1}I", *range(first + 1, last + 1), 0x0fffffff)
        for number in range(fats):
            file.seek(fat + number * fat_size + first * 4)
            file.write(chain)
        struct.pack_into("<I", data, 28, size)
        file.seek(entry)
        file.write(data)
        # How many clusters are free nobody knows now (FAT specification, section 5).
        file.seek(place[0] + layout.SECTOR + 488)
        file.write(b"\xff" * 8)


def entries(count):
    """The content of a directory with so many empty files, F0000000.TXT on."""
    dots = [b".          ", b"..         "]
    rows = [name + b"\x10" + bytes(20) for name in dots]
    rows += [f"F{number:07}TXT".encode() + b"\x20" + bytes(10) + b"\x00\x00\x21\x50" + bytes(6) for number in range(count)]
    return b"".join(rows)


def make_directory(image, place, name):
    """Turns the file `name`, which holds entries(), into a directory."""
    with open(image, "r+b") as file:
        entry, *_ = _entry(file, place, name.encode())
        file.seek(entry + 11)
        file.write(b"\x10")
        file.seek(entry + 28)
        file.write(bytes(4))
