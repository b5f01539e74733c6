# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The demo's files on other kinds of media: MBR, 4096-byte sectors, El Torito."""

from . import layout, loaders
from .cache import recipe
from .loaders import KERNEL, initrd


@recipe(KERNEL, "systemd-boot-efi", uses=[initrd])
def mbr(out):
    """An MBR with a FAT16 ESP."""
    image = out / "disk.img"
    [place] = layout.gpt(image, (loaders.ESP_MIB + 2) * layout.MIB, [(layout.ESP, loaders.ESP_MIB)])
    layout.run("sgdisk", "--gpttombr=1", image)
    layout.fat(image, place, loaders.systemd_boot_files(loaders.CONSOLE), bits=16)


@recipe(KERNEL, "systemd-boot-efi", uses=[initrd])
def sectors_4096(out):
    """A disk whose sectors have 4096 bytes: the VM must be told so, too."""
    image = out / "disk.img"
    size = 272 * layout.MIB  # FAT32 wants 65525 clusters of at least one sector
    layout.empty(image, size)
    first, last = 256, size // 4096 - 257
    layout.run("fdisk", "-b", "4096", image, input=f"g\nn\n1\n{first}\n{last}\nt\n1\nw\n")
    place = (first * 4096, (last + 1 - first) * 4096)
    layout.fat(image, place, loaders.systemd_boot_files(loaders.CONSOLE), sector=4096)


@recipe(KERNEL, "systemd-boot-efi", uses=[initrd])
def iso(out):
    """A hybrid ISO: El Torito's EFI image, and a GPT over the same bytes."""
    tree = out / "tree"
    tree.mkdir()
    image = tree / "efi.img"
    length = 32 * layout.MIB
    layout.empty(image, length)
    layout.fat(image, (0, length), loaders.systemd_boot_files(loaders.CONSOLE), bits=16)
    layout.run(
        "xorriso", "-as", "mkisofs", "-o", out / "disk.img", "-V", "CLOUDHV",
        "-e", "efi.img", "-no-emul-boot", "-isohybrid-gpt-basdat", tree,
    )


@recipe(KERNEL, "systemd-boot-efi", uses=[initrd])
def el_torito(out):
    """The same image without any partition table: only the ISO's boot catalog names it."""
    layout.run(
        "xorriso", "-as", "mkisofs", "-o", out / "disk.img", "-V", "CLOUDHV",
        "-e", "efi.img", "-no-emul-boot", iso() / "tree",
    )
