# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Protocols that EFI programs and drivers use, by the programs of tests/guests: the same on every firmware."""

import subprocess

import pytest

import guests
from disks import debian, loaders
from vm import Spec


def told(vm):
    text = vm.expect(r"guest: done=0x0")
    return text + vm.child.after


def test_hii(start, tmp_path):
    """A driver with strings, settings and a listener: database, string and configuration routing."""
    text = told(start(Spec([guests.disk(tmp_path, "hii")])))
    failed, held = guests.failed_checks(text)
    assert not failed, text
    assert {"route", "extract", "set-there", "exported", "gone"} <= set(held)


def ram_disk_image(directory):
    image = directory / "ram.img"
    image.write_bytes(bytes(1 << 20))
    (directory / "hello.txt").write_text("hello")
    subprocess.run(["mkfs.vfat", "-F", "12", image], check=True, capture_output=True)
    subprocess.run(["mcopy", "-i", image, directory / "hello.txt", "::hello.txt"], check=True)
    return image


def test_ram_disk(start, tmp_path, firmware):
    """A FAT volume in reserved memory: the program reads a file on it; the kernel finds it in the NFIT."""
    files = {
        "disk.img": ram_disk_image(tmp_path),
        "vmlinuz.efi": debian.kernel()[0],
        "initrd.img": loaders.initrd() / "initrd.img",
    }
    spec = Spec([guests.disk(tmp_path, "ramdisk", files)], memory="512M")
    if firmware == "cloudhv":
        spec.cmdline = f'cloudhv.options="{loaders.console_of("q35")} initrd=\\initrd.img"'
    vm = start(spec)
    failed, held = guests.failed_checks(told(vm))
    assert not failed
    assert {"register", "read", "twice", "gone", "again"} <= set(held)
    if firmware == "ovmf":
        return  # it has no options for the kernel
    vm.expect_prompt()
    assert vm.run("head -c 4 /sys/firmware/acpi/tables/NFIT").strip() == "NFIT"
    assert "ACPI0012" in vm.run("cat /sys/bus/acpi/devices/ACPI0012:00/hid")


def test_iso_9660_volume(start, tmp_path, firmware):
    """A medium without a boot catalogue is a volume, here on a RAM disk."""
    if firmware == "ovmf":
        pytest.skip("Debian's ovmf has no ISO 9660 driver")
    (tmp_path / "hello.txt").write_text("hello")
    image = tmp_path / "disk.iso"
    subprocess.run(
        ["xorriso", "-as", "mkisofs", "-quiet", "-J", "-o", image, tmp_path / "hello.txt"], check=True, capture_output=True)
    failed, held = guests.failed_checks(told(start(Spec([guests.disk(tmp_path, "ramdisk", {"disk.img": image})]))))
    assert not failed
    assert {"volume", "read", "gone", "again"} <= set(held)


def test_ipxe_has_forms(start, tmp_path, firmware):
    """iPXE puts a form for each network card into the HII database, and takes it out again."""
    if firmware == "ovmf":
        pytest.skip("iPXE takes Debian's ovmf's own network stack, and does not come back")
    (tmp_path / "exit.ipxe").write_text("#!ipxe\nexit\n")
    files = {"ipxe.efi": debian.unpacked("ipxe") / "boot" / "ipxe.efi"}
    spec = Spec([guests.disk(tmp_path, "forms", files)])
    spec.extra = [
        "-netdev", f"user,id=net,tftp={tmp_path},bootfile=exit.ipxe",
        "-device", "virtio-net-pci,netdev=net,romfile=",
    ]
    text = told(start(spec))
    assert guests.told(text, "ended") == [0], text
    assert guests.told(text, "added") == guests.told(text, "removed") == [1]
