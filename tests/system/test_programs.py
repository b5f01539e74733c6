# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Other people's EFI programs, unmodified, as Debian has them."""

import re

import pytest

import guests
from disks import debian, layout
from vm import Spec, plain

MIB = 1 << 20

EXT4_DRIVER = "usr/share/refind/refind/drivers_x64/ext4_x64.efi"


def ext4_tree(directory, text):
    """A directory with hello.txt in it."""
    tree = directory / text
    tree.mkdir()
    (tree / "hello.txt").write_text(text)
    return tree


def test_driver_option(start, tmp_path, firmware):
    """refind's ext4 driver as Driver0000 reads files: on the disk it came from, and on one that nobody had started."""
    if firmware == "ovmf":
        pytest.skip("needs cloudhv.noboot=retry")
    driver = debian.unpacked("refind") / EXT4_DRIVER
    first = guests.disk(
        tmp_path, "drivers", {"driver.efi": driver}, ext4=ext4_tree(tmp_path, "first-disk"))
    second = tmp_path / "second.img"
    [place] = layout.gpt(second, (guests.EXT4_MIB + 2) * MIB, [(layout.LINUX, guests.EXT4_MIB)])
    layout.ext4(second, place, ext4_tree(tmp_path, "second-disk"), guests.EXT4_UUID)
    # The first attempt adds the option, the next one follows it.
    vm = start(Spec([first, second], cmdline="cloudhv.noboot=retry"))
    text = plain(vm.expect(r"guest: done=0x0"))
    assert guests.told(text, "volumes") == [3], text
    assert re.findall(r"hello\.txt says (\S+)", text) == ["first-disk", "second-disk"]


# Each line ends in a word that the test waits for. search and the regular expressions are modules: GRUB runs them
# from memory that it allocated.
GRUB_SCRIPT = """\
set pager=0
insmod part_gpt
insmod fat
insmod ext2
insmod lsefi
insmod lsefimmap
insmod lsefisystab
insmod search
insmod chain
echo "[ls]"
ls
echo "[lsefi]"
lsefi
echo "[lsefimmap]"
lsefimmap
echo "[lsefisystab]"
lsefisystab
echo "[search]"
search --no-floppy --fs-uuid --set=found {uuid}
echo "found=$found"
search --no-floppy --file --set=file /hello.txt
echo "file=$file"
cat ($file)/hello.txt
echo "[chainloader]"
chainloader /next.efi
boot
"""


def grub_disk(tmp_path, config):
    """GRUB of grub-efi-amd64-bin, made bootable as grub-install would, its modules and a program on the disk."""
    modules = debian.unpacked("grub-efi-amd64-bin") / "usr/lib/grub/x86_64-efi"
    image = tmp_path / "grub.efi"
    (tmp_path / "early.cfg").write_text(
        "search --no-floppy --file --set=root /boot/grub/grub.cfg\nset prefix=($root)/boot/grub\n")
    mkimage = debian.unpacked("grub-common") / "usr/bin/grub-mkimage"
    layout.run(
        mkimage, "-d", modules, "-O", "x86_64-efi", "-o", image, "-p", "/boot/grub", "-c", tmp_path / "early.cfg",
        "part_gpt", "fat", "search", "search_fs_file", "normal", "configfile")
    files = {"EFI/BOOT/BOOTX64.EFI": image, "next.efi": guests.program("mp")}
    files["boot/grub/grub.cfg"] = config
    for module in [*modules.glob("*.mod"), *modules.glob("*.lst")]:
        files[f"boot/grub/x86_64-efi/{module.name}"] = module
    return guests.disk(tmp_path, "mp", files, ext4=ext4_tree(tmp_path, "from-ext4"))


def section(text, name):
    return text.partition(f"[{name}]")[2].partition("[")[0]


def test_grub_script(start, tmp_path):
    """ls, lsefi, lsefimmap, lsefisystab, search and chainloader."""
    vm = start(Spec([grub_disk(tmp_path, GRUB_SCRIPT.format(uuid=guests.EXT4_UUID))]))
    text = plain(vm.expect(r"guest: done=0x\d"))
    assert "(hd0,gpt1)" in section(text, "ls") and "(hd0,gpt2)" in section(text, "ls"), text
    assert re.search(r"Handle 0x[0-9a-f]+", section(text, "lsefi")) and "disk" in section(text, "lsefi").lower(), text
    memory = section(text, "lsefimmap")
    assert "conv-mem" in memory and "RT-code" in memory and "BS-data" in memory, memory
    table = section(text, "lsefisystab")
    assert "Vendor: " in table and "ACPI-2.0" in table and "SMBIOS" in table, table
    assert "found=hd0,gpt2" in text and "file=hd0,gpt2" in text and "from-ext4" in text
    # The program that was started by chainloader has run.
    assert guests.told(section(text, "chainloader"), "processors") == [1]


# Debian's EFI shell runs it after five seconds without a key. It ends with the machine.
SHELL_SCRIPT = """\
@echo -off
ver
fs0:
echo [type]
type hello.txt
echo [set]
set -v name value-of-a-variable
echo %name%
for %i in one two
  echo loop-%i
endfor
if exist nothing.txt then
  echo wrong
else
  echo right
endif
mkdir made
cp hello.txt made
echo [ls]
ls made
echo [map]
map
echo [drivers]
drivers
echo [memmap]
memmap
echo [dmpstore]
dmpstore PlatformLang
echo [end]
reset -s
"""


def test_debian_shell(start, tmp_path):
    """Debian's EFI shell runs a script: files, variables, and what it finds out of the machine."""
    shell = debian.newer("efi-shell-x64") / "usr/share/efi-shell-x64/shellx64.efi"
    disk = guests.disk(tmp_path, "mp", {
        "EFI/BOOT/BOOTX64.EFI": shell,
        "startup.nsh": SHELL_SCRIPT.replace("\n", "\r\n"),
        "hello.txt": "this is hello.txt",
    })
    vm = start(Spec([disk]))
    text = plain(vm.wait_end())
    assert "UEFI Interactive Shell" in text and "UEFI v2.10" in text, text
    assert "this is hello.txt" in section(text, "type"), text
    for word in ("value-of-a-variable", "loop-one", "loop-two", "right"):
        assert word in section(text, "set"), text
    assert re.search(r"17\s+hello\.txt", section(text, "ls")), text
    assert "FS0:" in section(text, "map") and "/Pci(0x3,0x0)/HD(1,GPT," in section(text, "map"), text
    assert "virtio" in section(text, "drivers").lower(), text
    assert "Conventional" in section(text, "memmap") or "Available" in section(text, "memmap"), text
    assert "PlatformLang" in section(text, "dmpstore") and "[end]" in text, text
