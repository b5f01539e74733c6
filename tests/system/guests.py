# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Disks that boot the EFI programs of tests/guests, and what these tell."""

import re

from disks import layout
from vm import ROOT, plain

MIB = 1 << 20
ESP_MIB = 64
EXT4_MIB = 16
EXT4_UUID = "c10d4c55-0000-4000-8000-0000000000e4"


def program(name, build="RELEASE"):
    """The file of tests/guests/NAME.c."""
    return ROOT / "Build" / "CloudHvX64" / f"{build}_GCC5" / "meson" / "tests" / "guests" / f"{name}.efi"


def disk(directory, name, files=None, ext4=None):
    """A disk in `directory` that boots the program, with more files beside it.

    `ext4` is a directory whose content becomes a second partition.
    """
    image = directory / f"{name}.img"
    kinds = [(layout.ESP, ESP_MIB)] + ([(layout.LINUX, EXT4_MIB)] if ext4 else [])
    places = layout.gpt(image, (sum(size for _, size in kinds) + 2) * MIB, kinds)
    layout.fat(image, places[0], {"EFI/BOOT/BOOTX64.EFI": program(name), **(files or {})})
    if ext4:
        layout.ext4(image, places[1], ext4, EXT4_UUID)
    return image


def told(text, key):
    """Every value that the program told of `key`."""
    return [int(value, 16) for value in re.findall(rf"guest: {re.escape(key)}=(0x[0-9a-f]+)", plain(text))]


def failed_checks(text):
    """Names of the checks that did not hold, and all that there were."""
    values = re.findall(r"guest: ([a-z0-9-]+)=(0x[0-9a-f]+)", plain(text))
    return [key for key, value in values if value == "0x1"], [key for key, value in values if value == "0x0"]
