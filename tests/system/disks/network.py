# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Programs that use the network through the firmware."""

from . import debian, layout, loaders
from .cache import recipe

GRUB_MODULES = ["efinet", "net", "serial", "terminal", "echo", "halt", "part_gpt", "fat"]
GRUB_COMMANDS = """
serial --unit=0
terminal_output serial
net_ls_cards
net_bootp
net_ls_addr
echo grub: done
halt
"""


@recipe("grub-common", "grub-efi-amd64-bin")
def grub_net(out):
    """GRUB with its network modules and a script inside."""
    script = out / "script.cfg"
    script.write_text(GRUB_COMMANDS)
    make = debian.unpacked("grub-common") / "usr/bin/grub-mkimage"
    modules = debian.unpacked("grub-efi-amd64-bin") / "usr/lib/grub/x86_64-efi"
    layout.run(make, "-O", "x86_64-efi", "-d", modules, "-o", out / "grub.efi", "-p", "/", "-c", script, *GRUB_MODULES)
    loaders.esp_disk(out / "disk.img", {"EFI/BOOT/BOOTX64.EFI": out / "grub.efi"})


@recipe("ipxe")
def ipxe(out):
    """iPXE with all of its drivers: they take over what PCI I/O shows them."""
    loaders.esp_disk(out / "disk.img", {"EFI/BOOT/BOOTX64.EFI": debian.unpacked("ipxe") / "boot" / "ipxe.efi"})
