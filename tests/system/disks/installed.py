# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A whole Debian, installed by mmdebstrap: shim, GRUB, the kernel with Debian's own initrd, systemd, login."""

from . import debian, layout, loaders
from .cache import recipe
from .loaders import SIGNED

PACKAGES = ["systemd-sysv", "udev", "linux-image-cloud-amd64", "initramfs-tools", "kmod", "e2fsprogs", "efibootmgr", "iproute2"]
ROOT_UUID = "c10d4c55-0000-4000-8000-00000000deb1"
ROOT_MIB = 1400

# Root has no password in this test VM; efibootmgr is there for a person.
CUSTOMIZE = f"""\
set -e
chroot "$1" passwd -d root
echo cloudhv > "$1/etc/hostname"
echo 'UUID={ROOT_UUID} / ext4 defaults 0 1' > "$1/etc/fstab"
mkdir -p "$1/boot/grub"
cat > "$1/boot/grub/grub.cfg" <<TEXT
linux /vmlinuz root=UUID={ROOT_UUID} console=ttyS0
initrd /initrd.img
boot
TEXT
"""


@recipe(loaders.KERNEL, *SIGNED)
def installed(out):
    """Debian up to `login:`."""
    root = out / "root.ext2"
    hook = out / "customize"
    hook.write_text(CUSTOMIZE)
    layout.run(
        "mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}",
        "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=force-unsafe-io",
        f'--customize-hook=sh {hook} "$1"', "bookworm", root,
    )
    # mmdebstrap's image is full to the brim, and has an UUID of its own.
    layout.run("resize2fs", root, f"{ROOT_MIB}M")
    layout.run("tune2fs", "-j", "-U", ROOT_UUID, root)
    image = out / "disk.img"
    places = layout.gpt(
        image, (loaders.ESP_MIB + ROOT_MIB + 2) * layout.MIB,
        [(layout.ESP, loaders.ESP_MIB), (layout.LINUX, ROOT_MIB)])
    layout.fat(image, places[0], loaders.grub_files(
        f"search --no-floppy --fs-uuid --set=root {ROOT_UUID}\n"
        "set prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n"))
    layout.run(
        "dd", f"if={root}", f"of={image}", "bs=1M", f"seek={places[1][0] // layout.MIB}",
        "conv=notrunc,sparse")
    root.unlink()
