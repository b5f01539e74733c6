# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Real loaders and kernels reach a prompt in user space."""

import pytest

from disks import installed, loaders, lvm, media
from vm import Spec

# On microvm under TCG the kernel needs a word more: these disks have it.
ON_MICROVM = {loaders.systemd_boot: loaders.systemd_boot_microvm, loaders.grub: loaders.grub_microvm}


def disks_of(recipe):
    """The recipe's disks in the order of their names."""
    return sorted(path for path in recipe().glob("disk*.img"))


def spec_of(recipe, **options):
    machine = options.get("machine", "q35")
    if machine.startswith("microvm"):
        recipe = ON_MICROVM.get(recipe, recipe)
    if recipe is loaders.kernel:
        options["cmdline"] = f'cloudhv.options="{loaders.console_of(machine)} initrd=\\initrd.img"'
    return Spec(disks_of(recipe), **options)


def check_prompt(start, spec):
    """Boot to busybox by EFI, with the processors that were asked for."""
    vm = start(spec)
    vm.expect_prompt()
    if spec.disks:
        vm.run("test -d /sys/firmware/efi")
    assert vm.run("grep -c ^processor /proc/cpuinfo").strip() == str(spec.cpus)
    return vm


LOADERS = [loaders.kernel, loaders.systemd_boot, loaders.uki, loaders.grub, loaders.fallback]
name = pytest.mark.parametrize


@name("recipe", LOADERS, ids=lambda recipe: recipe.__name__)
def test_q35(start, recipe):
    check_prompt(start, spec_of(recipe))


@name("machine", ["pc", "microvm", "microvm-mmio"])
@name("recipe", [loaders.kernel, loaders.grub], ids=lambda recipe: recipe.__name__)
def test_other_machines(start, recipe, machine):
    check_prompt(start, spec_of(recipe, machine=machine))


@name("machine", ["q35", "microvm"])
def test_four_processors(start, machine):
    check_prompt(start, spec_of(loaders.systemd_boot, machine=machine, cpus=4))


@name("machine", ["q35", "pc", "microvm"])
def test_six_gigabytes(start, machine):
    vm = check_prompt(start, spec_of(loaders.systemd_boot, machine=machine, memory="6G"))
    kilobytes = int(vm.run("grep MemTotal /proc/meminfo").split()[1])
    # What the kernel keeps for itself (page descriptors, its image) is about 3 %.
    assert kilobytes > 0.95 * 6 * 1024 * 1024


def test_debug_build(start, firmware):
    """Its log says of an image with SectionAlignment 0x200, as Debian's systemd-boot, that it is not protected."""
    vm = check_prompt(start, spec_of(loaders.systemd_boot, build="DEBUG"))
    if firmware == "cloudhv":
        lines = [line for line in vm.debug_log().splitlines() if "sections share pages" in line]
        assert len(lines) == 1 and r"\BOOTX64.EFI: " in lines[0], lines


@name("recipe", [media.mbr, media.iso, media.el_torito], ids=lambda recipe: recipe.__name__)
def test_media(start, recipe):
    check_prompt(start, spec_of(recipe))


def test_sectors_of_4096_bytes(start):
    spec = spec_of(media.sectors_4096)
    for size in ("logical", "physical"):
        spec.extra += ["-global", f"virtio-blk-pci.{size}_block_size=4096"]
    check_prompt(start, spec)


@pytest.mark.long
@name("machine", ["q35", "pc"])
def test_three_disks_and_lvm(start, machine):
    vm = check_prompt(start, spec_of(lvm.three_disks, machine=machine))
    vm.run("test -e /root-is-on-lvm")
    assert "/dev/vg0/root on / type ext4" in vm.run("mount")


@pytest.mark.long
def test_installed_debian(start):
    vm = start(spec_of(installed.installed, memory="512M"))
    vm.expect("cloudhv login: ", timeout=1200)
    vm.child.sendline("root")
    vm.expect(r"root@cloudhv:~# ")
    vm.child.sendline("efibootmgr; echo status=$?")
    assert "BootOrder" in vm.expect("status=0") or "BootCurrent" in vm.child.before


def test_second_boot_of_one_vm(start):
    """The firmware comes up a second time in a VM whose RAM is no longer zero."""
    spec = spec_of(loaders.systemd_boot)
    vm = check_prompt(start, spec)
    vm.child.sendline("reboot -f")
    vm.expect_prompt()
