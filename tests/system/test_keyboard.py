# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Other people's menus by keyboard, on each console: systemd-boot, GRUB, shim's MokManager."""

import pytest

import guests
from disks import debian, layout, loaders
from terminal import Terminal
from test_programs import grub_disk
from vm import ANSWER, BOOT, Spec, plain

BOTH = pytest.mark.parametrize("console", ["serial", "virtio"])

# What a terminal sends.
DOWN, UP, END, ESC, ENTER = "\x1b[B", "\x1b[A", "\x1b[F", "\x1b", "\r"


def systemd_boot_disk(directory):
    """A menu that waits for ever, last name first; the second entry is a program."""
    entries = {f"loader/entries/{name}.conf": f"title {title}\nefi /{name}.efi\n"
               for name, title in [("b", "No Program"), ("a", "The Program")]}
    image = directory / "systemd-boot.img"
    [place] = layout.gpt(image, 66 * layout.MIB, [(layout.ESP, 64)])
    layout.fat(image, place, {
        "EFI/BOOT/BOOTX64.EFI": debian.unpacked("systemd-boot-efi") / "usr/lib/systemd/boot/efi/systemd-bootx64.efi",
        "loader/loader.conf": "timeout menu-force\ndefault b.conf\n",
        "b.efi": "no program", "a.efi": guests.program("mp"), **entries,
    })
    return image


def test_systemd_boot_by_real_keys(tmp_path):
    """In a terminal: the menu as a person sees it, arrow keys, function keys, and Esc by itself."""
    with Terminal(Spec([systemd_boot_disk(tmp_path)]), tmp_path) as terminal:
        terminal.wait_boot("The Program")
        assert "No Program" in terminal.screen()
        terminal.keys("F1")  # a line of help at the bottom
        terminal.wait(r"\(t\)imeout|\(d\)efault")
        terminal.keys("Down", "e")
        terminal.type("some options")
        terminal.wait("^ *some options")
        terminal.keys("Home", "Delete", "End", "BSpace", "Left", "Left", "-")
        terminal.wait("^ *ome opti-on")
        terminal.keys("Escape")
        terminal.wait("No Program")
        terminal.keys("Up", "Down", "Enter")
        terminal.wait("guest: done=0x0")


@BOTH
def test_systemd_boot_menu(start, tmp_path, console):
    vm = start(Spec([systemd_boot_disk(tmp_path)], console=console))
    vm.expect("The Program")
    vm.child.send(DOWN + "e")  # the options of the entry that is selected
    for letter in "xyz":
        vm.child.send(letter)
        vm.expect(letter, ANSWER)
    vm.child.send(ESC)  # back to the menu
    vm.child.send(UP + DOWN + ENTER)
    assert guests.told(plain(vm.expect(r"guest: done=0x\d", ANSWER)), "processors") == [1]


GRUB_MENU = """\
insmod chain
set timeout=-1
menuentry "nothing there" { chainloader /nothing.efi }
menuentry "the program" { chainloader /next.efi }
"""


@BOTH
def test_grub_menu_and_command_line(start, tmp_path, console):
    vm = start(Spec([grub_disk(tmp_path, GRUB_MENU)], console=console))
    vm.expect("the program")
    vm.child.send("c")
    vm.expect("grub> ")
    vm.child.send("echo one tow" + "\x08" * 2 + "wo" + END + " three" + ENTER)
    vm.expect(r"[\r\n]one two three")
    vm.expect("grub> ")
    vm.child.send(UP)  # the line again
    vm.expect("echo one two three")
    vm.child.send(ENTER)
    vm.expect(r"[\r\n]one two three")
    vm.expect("grub> ")
    vm.child.send(ESC)
    vm.expect("the program")
    vm.child.send(DOWN + ENTER)
    assert guests.told(plain(vm.expect(r"guest: done=0x\d", ANSWER)), "processors") == [1]


def shim_disk(directory):
    """shim, and MokManager beside it."""
    image = directory / "shim.img"
    [place] = layout.gpt(image, 66 * layout.MIB, [(layout.ESP, 64)])
    layout.fat(image, place, {
        "EFI/BOOT/BOOTX64.EFI": debian.unpacked("shim-signed") / loaders.SHIM,
        "EFI/BOOT/mmx64.efi": debian.unpacked("shim-helpers-amd64-signed") / "usr/lib/shim/mmx64.efi.signed",
    })
    return image


@BOTH
def test_mok_manager(start, tmp_path, console):
    """Its menu, one further, and back."""
    vm = start(Spec([shim_disk(tmp_path)], console=console, cmdline="cloudhv.options=mmx64.efi"))
    vm.expect("Press any key to perform MOK management", BOOT)
    vm.child.send(ENTER)
    vm.expect("Perform MOK management")
    vm.expect("Enroll hash from disk")
    vm.child.send(DOWN + ENTER)
    vm.expect("Select Key", BOOT)
    vm.child.send(ESC)
    vm.expect("Continue boot")
