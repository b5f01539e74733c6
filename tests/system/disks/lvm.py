# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Three disks: the ESP on the first, /boot on the second, the root striped over LVM on the second and third.

The volume group is made by lvm itself in a VM that QEMU starts directly:
that needs neither root nor the host's device mapper.
"""

import re
import subprocess

from . import debian, initramfs, layout, loaders
from .cache import recipe
from .loaders import CONSOLE, KERNEL, SIGNED

LIBRARIES = [
    "libc6", "libdevmapper1.02.1", "libdevmapper-event1.02.1", "libblkid1", "libselinux1", "libudev1",
    "libaio1", "libedit2", "libpcre2-8-0", "libbsd0", "libtinfo6", "libmd0", "libsystemd0", "libcap2",
    "libgcrypt20", "libgpg-error0", "liblzma5", "libzstd1", "liblz4-1",
]
LVM = ["lvm2", *LIBRARIES]
BOOT_UUID = "c10d4c55-0000-4000-8000-00000000b007"
ROOT_UUID = "c10d4c55-0000-4000-8000-000000004007"
BOOT_MIB = 48
PV_MIB = 24

# There is no udev: lvm makes its device nodes itself.
LVM_CONFIG = "activation { udev_sync = 0 udev_rules = 0 }\nglobal { locking_type = 1 }\n"

MAKE_VOLUMES = """\
lvm pvcreate -q /dev/vda2 /dev/vdb1 &&
lvm vgcreate -q vg0 /dev/vda2 /dev/vdb1 &&
lvm lvcreate -q -y -Zn -i 2 -l 100%FREE -n root vg0 &&
dd if=/dev/vdc of=/dev/vg0/root bs=1M && sync && echo VOLUMES ARE MADE
poweroff -f
"""

SWITCH_ROOT = """\
lvm vgchange -q -ay --sysinit
mount -t ext4 /dev/vg0/root /mnt && exec switch_root /mnt /init
"""


def lvm_files():
    """(path in the initramfs, file) of lvm and every library that it needs."""
    found = {"sbin/lvm": debian.unpacked("lvm2") / "sbin" / "lvm"}
    pending = list(found.values())
    while pending:
        text = layout.run("readelf", "-d", pending.pop())
        for name in re.findall(r"\(NEEDED\).*\[(.*)\]", text):
            # Where Debian's loader looks; the loader itself has a fixed place.
            path = f"lib64/{name}" if name.startswith("ld-linux") else f"lib/x86_64-linux-gnu/{name}"
            if path not in found:
                found[path] = _library(name)
                pending.append(found[path])
    return list(found.items())


def _library(name):
    for package in LIBRARIES:
        for file in debian.unpacked(package).rglob(name):
            return file.resolve()
    raise RuntimeError(f"lvm needs {name}, which none of {LIBRARIES} has")


def write_initramfs(out, script):
    config = out.with_suffix(".lvm.conf")
    config.write_text(LVM_CONFIG)
    initramfs.write(out, local=script, extra=[*lvm_files(), ("etc/lvm/lvm.conf", config)])


def write_root(image, tree):
    """The root file system: busybox again, and a file that proves where we are."""
    (tree / "bin").mkdir(parents=True)
    (tree / "root-is-on-lvm").touch()
    layout.run("cp", debian.unpacked("busybox-static") / "bin" / "busybox", tree / "bin" / "busybox")
    initramfs.write_script(tree / "init", initramfs.INIT)
    layout.empty(image, 16 * layout.MIB)
    layout.ext4(image, (0, 16 * layout.MIB), tree, ROOT_UUID)


def make_volumes(out):
    write_initramfs(out / "make.img", MAKE_VOLUMES)
    command = [
        "qemu-system-x86_64", "-nodefaults", "-display", "none", "-no-reboot", "-m", "512", "-serial", "stdio",
        "-kernel", debian.kernel()[0], "-initrd", out / "make.img", "-append", f"{CONSOLE} quiet",
    ]
    for name in ("disk2.img", "disk3.img", "root.img"):
        command += ["-drive", f"if=virtio,format=raw,file={out / name}"]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if "VOLUMES ARE MADE" not in result.stdout:
        raise RuntimeError(f"no volume group: {result.stdout}{result.stderr}")


@recipe(KERNEL, "busybox-static", *SIGNED, *LVM)
def three_disks(out):
    """shim, GRUB, /boot found by search --fs-uuid, root on LVM."""
    loaders.esp_disk(out / "disk1.img", loaders.grub_files(
        f"search --no-floppy --fs-uuid --set=root {BOOT_UUID}\n"
        "set prefix=($root)/grub\nconfigfile $prefix/grub.cfg\n"))
    boot = out / "boot"
    (boot / "grub").mkdir(parents=True)
    (boot / "grub" / "grub.cfg").write_text(
        f"linux /vmlinuz {CONSOLE} root=/dev/vg0/root\ninitrd /initrd.img\nboot\n")
    layout.run("cp", debian.kernel()[0], boot / "vmlinuz")
    write_initramfs(boot / "initrd.img", SWITCH_ROOT)

    size = (BOOT_MIB + PV_MIB + 2) * layout.MIB
    places = layout.gpt(out / "disk2.img", size, [(layout.LINUX, BOOT_MIB), (layout.LVM, PV_MIB)])
    layout.ext4(out / "disk2.img", places[0], boot, BOOT_UUID)
    layout.gpt(out / "disk3.img", (PV_MIB + 2) * layout.MIB, [(layout.LVM, PV_MIB)])
    write_root(out / "root.img", out / "root")
    make_volumes(out)
