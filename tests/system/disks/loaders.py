# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Disks that boot Debian's cloud kernel with busybox, each by another loader."""

from . import debian, initramfs, layout
from .cache import recipe

KERNEL = debian.kernel_package()
CONSOLE = "console=ttyS0"
ESP_MIB = 64


def esp_disk(image, files, bits=32):
    """A disk with nothing but an ESP."""
    [place] = layout.gpt(image, (ESP_MIB + 2) * layout.MIB, [(layout.ESP, ESP_MIB)])
    layout.fat(image, place, files, bits)


@recipe(KERNEL, "busybox-static")
def initrd(out):
    initramfs.write(out / "initrd.img")


@recipe(KERNEL, uses=[initrd])
def kernel(out):
    """The kernel itself as the removable-media loader.

    It has no command line of its own: whoever starts it must pass
    `initrd=\\initrd.img`.
    """
    esp_disk(out / "disk.img", {
        "EFI/BOOT/BOOTX64.EFI": debian.kernel()[0],
        "initrd.img": initrd() / "initrd.img",
    })


def systemd_boot_files(options):
    boot = debian.unpacked("systemd-boot-efi") / "usr/lib/systemd/boot/efi/systemd-bootx64.efi"
    return {
        "EFI/BOOT/BOOTX64.EFI": boot,
        "loader/loader.conf": "timeout 0\n",
        "loader/entries/debian.conf": "title Debian\nlinux /debian/vmlinuz\n"
        f"initrd /debian/initrd.img\noptions {options}\n",
        "debian/vmlinuz": debian.kernel()[0],
        "debian/initrd.img": initrd() / "initrd.img",
    }


@recipe(KERNEL, "systemd-boot-efi", uses=[initrd])
def systemd_boot(out):
    """systemd-boot with a Type #1 entry: this one is also the demo."""
    esp_disk(out / "disk.img", systemd_boot_files(CONSOLE))
