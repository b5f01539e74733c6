# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Partition tables and file systems in image files, made by the usual tools."""

import os
import subprocess

MIB = 1 << 20
SECTOR = 512

# Formatting tools are there, but not in the PATH of an ordinary user.
os.environ["PATH"] += ":/usr/sbin:/sbin"

# sgdisk's names of partition types.
ESP = "ef00"
LINUX = "8300"
LVM = "8e00"


def run(*command, **options):
    """Run a tool; its output is shown only when it fails."""
    words = [str(word) for word in command]
    result = subprocess.run(words, capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {result.stdout}{result.stderr}")
    return result.stdout


def empty(image, size):
    """A sparse file of `size` bytes."""
    with open(image, "wb") as file:
        file.truncate(size)


def gpt(image, size, partitions):
    """Make a disk with a GPT.

    `partitions` is a list of (type, MiB or None for the rest). Returns each
    one's (offset, length) in bytes.
    """
    empty(image, size)
    places = []
    start = MIB
    command = ["sgdisk", "--clear", "--disk-guid=c10d4c55-0000-4000-8000-000000000001"]
    for number, (kind, length) in enumerate(partitions, 1):
        end = start + length * MIB if length else size - MIB
        command += [
            f"--new={number}:{start // SECTOR}:{end // SECTOR - 1}",
            f"--typecode={number}:{kind}",
            f"--partition-guid={number}:c10d4c55-0000-4000-8000-0000000001{number:02x}",
        ]
        places.append((start, end - start))
        start = end
    run(*command, image)
    return places


def fat(image, place, files, bits=32, sector=SECTOR):
    """Format `place` in the image as FAT and put files there.

    `files` maps a path like "EFI/BOOT/BOOTX64.EFI" to a file or to bytes.
    """
    offset, length = place
    # Left alone, mkfs.fat takes the cluster size from the whole image's size,
    # and may leave a FAT32 with too few clusters to be one.
    run(
        "mkfs.fat", "-F", bits, "-s", 1 if bits == 32 else 4, "-S", sector, "-n", "CLOUDHV", "-i", "c10d4c55",
        "--offset", offset // sector, image, length // 1024,
    )
    made = set()
    for name, content in files.items():
        for end in [i for i, letter in enumerate(name) if letter == "/"]:
            if name[:end] not in made:
                run("mmd", "-i", f"{image}@@{offset}", f"::{name[:end]}")
                made.add(name[:end])
        put(f"{image}@@{offset}", name, content)


def put(where, name, content):
    """Copies a file, or bytes, to a name on a volume (mtools' IMAGE@@OFFSET)."""
    if isinstance(content, (str, bytes)):
        data = content.encode() if isinstance(content, str) else content
        result = subprocess.run(["mcopy", "-i", where, "-", f"::{name}"], input=data, capture_output=True)
        if result.returncode != 0:
            raise RuntimeError(f"mcopy {name}: {result.stderr.decode()}")
    else:
        run("mcopy", "-i", where, content, f"::{name}")


def ext4(image, place, tree, uuid):
    """Format `place` in the image as ext4 with the content of the directory `tree`."""
    offset, length = place
    run(
        "mke2fs", "-q", "-t", "ext4", "-U", uuid, "-E", f"offset={offset},root_owner=0:0", "-d", tree,
        image, f"{length // 1024}k",
    )


def patch(image, offset, data):
    with open(image, "r+b") as file:
        file.seek(offset)
        file.write(data)


def peek(image, offset, length):
    with open(image, "rb") as file:
        file.seek(offset)
        return file.read(length)


def size_of(*files):
    return sum(os.path.getsize(file) for file in files)
