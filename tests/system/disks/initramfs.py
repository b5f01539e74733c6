# SPDX-License-Identifier: BSD-2-Clause-Patent
"""An initramfs of Debian's busybox and the cloud kernel's modules."""

import re
import shutil
import subprocess

from . import debian

# The cloud kernel has these as modules.
MODULES = ["virtio_pci", "virtio_blk", "vfat", "nls_cp437", "nls_ascii", "isofs", "efivarfs", "dm-mod"]

# The prompt that the tests wait for.
PROMPT = "busybox# "

INIT = """\
#!/bin/busybox sh
/bin/busybox mkdir -p /bin /sbin /usr/bin /usr/sbin /proc /sys /dev /tmp /run /mnt
/bin/busybox --install -s
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $(cat /modules/order 2>/dev/null); do
	insmod "/modules/$module" || echo "init: no $module"
done
[ ! -d /sys/firmware/efi ] || mount -t efivarfs efivarfs /sys/firmware/efi/efivars
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/ PS1='busybox# '
[ ! -x /init.local ] || . /init.local
# A shell with job control needs a controlling terminal; a person who leaves
# it expects the VM to end.
setsid cttyhack sh
poweroff -f
"""


def write(out, local=None, extra=()):
    """Write a compressed initramfs to the file `out`.

    `local` is a script run before the shell; `extra` is a list of (path in
    the initramfs, file).
    """
    tree = out.with_suffix(".tree")
    shutil.rmtree(tree, ignore_errors=True)
    busybox = debian.unpacked("busybox-static") / "bin" / "busybox"
    _copy(busybox, tree / "bin" / "busybox")
    write_script(tree / "init", INIT)
    if local:
        write_script(tree / "init.local", local)
    for name, file in extra:
        _copy(file, tree / name)
    _write_modules(tree / "modules")
    _pack(tree, out)
    shutil.rmtree(tree)


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def write_script(path, text):
    path.write_text(text)
    path.chmod(0o755)


def _write_modules(target):
    target.mkdir()
    files = {_module_name(file.name): file for file in debian.kernel()[1].rglob("*.ko")}
    order = []
    for name in MODULES:
        _add_module(_module_name(name), files, order)
    for file in order:
        shutil.copy(file, target / file.name)
    (target / "order").write_text("".join(f"{file.name}\n" for file in order))


def _module_name(file_name):
    return file_name.removesuffix(".ko").replace("-", "_")


def _add_module(name, files, order):
    file = files[name]
    if file in order:
        return
    needs = re.search(rb"\0depends=([^\0]*)\0", file.read_bytes())
    for other in needs.group(1).decode().split(",") if needs else []:
        if other:
            _add_module(_module_name(other), files, order)
    order.append(file)


def _pack(tree, out):
    names = sorted(str(path.relative_to(tree)) for path in tree.rglob("*"))
    archive = subprocess.run(
        ["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"],
        cwd=tree, input="\n".join(names).encode(), check=True, capture_output=True,
    ).stdout
    out.write_bytes(subprocess.run(["gzip", "-9n"], input=archive, check=True, capture_output=True).stdout)
