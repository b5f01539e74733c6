# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Disks that boot Debian's cloud kernel with busybox, each by another loader."""

from . import debian, initramfs, layout
from .cache import recipe

KERNEL = debian.kernel_package()
CONSOLE = "console=ttyS0"

# QEMU's microvm under TCG has neither a PM timer nor an HPET, and on such
# hardware Linux uses no 8254: it must be told how fast the TSC is, or it hangs
# (also when QEMU starts it directly). The number need not be right to boot.
MICROVM_CONSOLE = f"{CONSOLE} tsc_early_khz=2000000"


def console_of(machine):
    return MICROVM_CONSOLE if machine.startswith("microvm") else CONSOLE

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


@recipe(KERNEL, "systemd-boot-efi", uses=[initrd])
def systemd_boot_microvm(out):
    esp_disk(out / "disk.img", systemd_boot_files(MICROVM_CONSOLE))


def unified_kernel(out, options):
    """systemd's stub with the kernel, the initrd and the command line as sections."""
    stub = debian.unpacked("systemd-boot-efi") / "usr/lib/systemd/boot/efi/linuxx64.efi.stub"
    parts = {
        ".osrel": out.with_suffix(".osrel"),
        ".cmdline": out.with_suffix(".cmdline"),
        ".linux": debian.kernel()[0],
        ".initrd": initrd() / "initrd.img",
    }
    parts[".osrel"].write_text("ID=debian\nVERSION_ID=12\nPRETTY_NAME=Debian\n")
    parts[".cmdline"].write_text(options)
    command = ["objcopy"]
    address = stub_end(stub)
    for name, file in parts.items():
        command += [f"--add-section={name}={file}", f"--change-section-vma={name}={address:#x}"]
        address += -(-layout.size_of(file) // 4096) * 4096
    layout.run(*command, stub, out)


def stub_end(stub):
    """The first free page behind the stub's own sections."""
    end = 0
    for line in layout.run("objdump", "-h", "-w", stub).splitlines():
        words = line.split()
        if words and words[0].isdigit():
            end = max(end, int(words[3], 16) + int(words[2], 16))
    return -(-end // 4096) * 4096


@recipe(KERNEL, "systemd-boot-efi", uses=[initrd])
def uki(out):
    """A unified kernel image, found and started by systemd-boot."""
    unified_kernel(out / "debian.efi", CONSOLE)
    boot = debian.unpacked("systemd-boot-efi") / "usr/lib/systemd/boot/efi/systemd-bootx64.efi"
    esp_disk(out / "disk.img", {
        "EFI/BOOT/BOOTX64.EFI": boot,
        "loader/loader.conf": "timeout 0\n",
        "EFI/Linux/debian.efi": out / "debian.efi",
    })


SIGNED = ("shim-signed", "grub-efi-amd64-signed")
SHIM = "usr/lib/shim/shimx64.efi.signed"
GRUB = "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"


def grub_files(config):
    """Debian's signed chain as `grub-install --removable` lays it out."""
    return {
        "EFI/BOOT/BOOTX64.EFI": debian.unpacked("shim-signed") / SHIM,
        "EFI/BOOT/grubx64.efi": debian.unpacked("grub-efi-amd64-signed") / GRUB,
        "EFI/debian/grub.cfg": config,
    }


def grub_config(options):
    return f"linux /debian/vmlinuz {options}\ninitrd /debian/initrd.img\nboot\n"


def debian_files():
    return {"debian/vmlinuz": debian.kernel()[0], "debian/initrd.img": initrd() / "initrd.img"}


@recipe(KERNEL, *SIGNED, uses=[initrd])
def grub(out):
    """shim, GRUB and the kernel on one ESP."""
    esp_disk(out / "disk.img", {**grub_files(grub_config(CONSOLE)), **debian_files()})


@recipe(KERNEL, *SIGNED, uses=[initrd])
def grub_microvm(out):
    esp_disk(out / "disk.img", {**grub_files(grub_config(MICROVM_CONSOLE)), **debian_files()})


@recipe(KERNEL, *SIGNED, "shim-helpers-amd64-signed", uses=[initrd])
def fallback(out):
    """As an installed Debian looks when the firmware has lost its variables.

    shim at the removable path finds fbx64.efi, which writes Boot#### from
    the CSV file and starts what it says.
    """
    helpers = debian.unpacked("shim-helpers-amd64-signed") / "usr/lib/shim/fbx64.efi.signed"
    shim = debian.unpacked("shim-signed") / SHIM
    esp_disk(out / "disk.img", {
        "EFI/BOOT/BOOTX64.EFI": shim,
        "EFI/BOOT/fbx64.efi": helpers,
        "EFI/debian/shimx64.efi": shim,
        "EFI/debian/grubx64.efi": debian.unpacked("grub-efi-amd64-signed") / GRUB,
        "EFI/debian/grub.cfg": grub_config(CONSOLE),
        "EFI/debian/BOOTX64.CSV": "shimx64.efi,debian,,This is the boot entry for debian\n".encode("utf-16"),
        **debian_files(),
    })
