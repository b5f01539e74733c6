# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Disks that boot one of tests/vmm/guest's programs."""

from pathlib import Path

from . import layout

BUILT = Path(__file__).resolve().parents[3] / "Build/CloudHvX64/RELEASE_GCC5/meson/tests/vmm/guest"


def program(name):
    return BUILT / f"{name}.efi"


def disk(folder, name):
    """`folder`/`name`.img, unless it is there."""
    image = folder / f"{name}.img"
    if not image.exists():
        [place] = layout.gpt(image, 34 * layout.MIB, [(layout.ESP, 32)])
        layout.fat(image, place, {"EFI/BOOT/BOOTX64.EFI": program(name)}, bits=16)
    return image
