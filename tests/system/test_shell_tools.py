# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The shell's commands for drivers, devices, memory and variables, on this firmware and on Debian's."""

import re
import struct
import zlib

import pytest

from shell import Shell, disk


@pytest.fixture(params=["cloudhv", "ovmf"])
def shell(request, start, tmp_path):
    return Shell(start, [disk(tmp_path, {"hello.txt": b"hello"})], firmware=request.param)


def handle_with(shell, protocol):
    """The first handle that has the protocol, as dh writes it."""
    return re.search(r"^ *([0-9A-F]+):", shell.run(f"dh -p {protocol}", 120), re.M)[1]


def test_driver_model(shell):
    image = handle_with(shell, "LoadedImage")
    assert "LoadedImage" in shell.run(f"dh {image}")
    assert "ImageBase" in shell.run(f"dh {image} -v")
    assert "DRV VERSION" in shell.run("drivers", 120)
    disk_handle = handle_with(shell, "SimpleFileSystem")
    assert re.search(rf"^ *{disk_handle} D", shell.run("devices", 120), re.M)
    assert f"{disk_handle}:" in shell.run("devtree", 120)
    assert "Driver" in shell.run(f"openinfo {disk_handle}")
    assert "disconnected" in shell.run(f"disconnect {disk_handle}")
    assert "FS0:" not in shell.run("map")
    assert "connected" in shell.run(f"connect {disk_handle}", 120)
    assert "FS0:" in shell.run("map")
    assert "there is no handle" in shell.run("disconnect ffff")
    assert shell.status() == 2


def test_memory(shell):
    table = shell.run("memmap")
    assert "RT_Code" in table and "Total memory:" in table
    assert "MemoryMap" in shell.run("memmap -sfo")
    shown = shell.run("dmem")
    assert "IBI SYST" in shown and "ACPI 2.0" in shown
    base = re.search(r"System table at (?:0x)?([0-9a-fA-F]+)", shown)[1]
    assert "0x5453595320494249" in shell.run(f"mm {base} -w 8 -n")
    # A page of the conventional memory, which nobody uses: written, read back.
    free = re.search(r"Available +([0-9A-F]{16})", table)[1]
    shell.run(f"mm {free} 12345678 -w 4 -n")
    assert "0x12345678" in shell.run(f"mm {free} -w 4 -n")
    # Step by step.
    shell.type(f"mm {free} -w 2\r")
    shell.vm.expect("0x5678 > ")
    shell.type("abcd\r")
    shell.vm.expect("0x1234 > ")
    shell.type("q\r")
    shell.output()
    assert "0xABCD" in shell.run(f"mm {free} -w 2 -n")
    assert "-pci" in shell.run("mm -?")
    assert "0x29C08086" in shell.run("mm 0 -pci -w 4 -n")  # q35's host bridge
    assert "0x29C08086" in shell.run("mm 0 -pcie -w 4 -n")


def test_blocks_and_pci(shell):
    assert "EFI PART" in shell.run("dblk blk0: 1")
    assert "the last block" in shell.run("dblk blk0: ffffffff")
    assert shell.status() == 2
    listed = shell.run("pci", 60)
    assert "Host bridge" in listed and "Vendor 1AF4 Device 1042" in listed
    explained = shell.run("pci 0 0 -i")
    assert "Vendor 8086, device 29C0" in explained and "Host bridge" in explained
    assert "is no number" in shell.run("pci 0 0 -i -ec zz") and shell.status() == 2
    assert shell.run("pci 0 1e") != "" and shell.status() == 14


GUID = "11223344-5566-7788-99aa-bbccddeeff00"


def test_variables(shell):
    shell.run(f"set -v g {GUID}")  # a line that wraps would look like output
    assert shell.run('setvar Note -guid %g% -bs -nv =S"text" =L"wide" =0102') == ""
    dumped = shell.run("dmpstore -guid %g%")
    assert "NV+BS" in dumped and "DataSize = 0x0E" in dumped
    assert "74 65 78 74 77 00 69 00-64 00 65 00 01 02" in dumped
    shell.run("dmpstore -guid %g% -s fs0:\\vars.bin")
    assert "Delete" in shell.run("dmpstore -guid %g% -d")
    assert "no such variable" in shell.run("dmpstore Note -guid %g%")
    assert shell.status() == 14
    assert "Set" in shell.run("dmpstore -l fs0:\\vars.bin")
    assert "74 65 78 74" in shell.run("setvar Note -guid %g%")
    assert "74657874770069006400650001" in shell.run("dmpstore Note -guid %g% -sfo")
    assert shell.run("setvar Note -guid %g% =") == ""
    assert "the record at 0x0" in shell.run("dmpstore -l fs0:\\hello.txt")
    assert shell.status() == 10
    assert "PlatformLang" in shell.run("dmpstore Platform*")


def test_clock_and_console(shell):
    assert re.fullmatch(r"\d\d/\d\d/20\d\d", shell.run("date"))
    assert re.match(r"\d\d:\d\d:\d\d \(", shell.run("time"))
    shell.run("date 02/03/2031")
    assert shell.run("date") == "02/03/2031"
    shell.run("timezone -s -02:30")
    assert shell.run("timezone") == "UTC+02:30"
    shell.run("time 23:10:05 -tz 60 -d 1")
    assert shell.run("time").startswith("23:10:")
    assert shell.run("timezone -f") == "UTC-01:00\nDaylight saving: applies"
    assert shell.run("time -d").endswith("\nDaylight saving: applies")
    shell.run("time -d 0 -tz 2047")
    assert shell.run("timezone -f") == "LOCAL\nDaylight saving: does not apply"
    assert "is not a time" in shell.run("time 25:00") and shell.status() == 2
    assert "besides" in shell.run("time 12:00 13:00") and shell.status() == 2
    shell.run("date 0000008/000004/000097")
    assert shell.run("date") == "08/04/2097"
    assert "is not of the years" in shell.run("date 1/1/1997") and shell.status() == 2
    assert "80 columns, 25 rows" in shell.run("mode")
    assert "no such mode" in shell.run("mode 3 4")


def test_reset(start, tmp_path):
    shell = Shell(start, [disk(tmp_path, {})])
    shell.type("reset -s\r")
    shell.vm.wait_end()


def test_tables(shell):
    tables = shell.run("acpiview -l")
    assert "FACP" in tables and "DSDT" in tables and " 0 with a wrong checksum" in tables
    assert "I/O APIC 0 at 0xFEC00000" in shell.run("acpiview -s apic")
    assert "Segment 0, buses 0 to 255" in shell.run("acpiview -s MCFG")
    shell.run("fs0:")
    assert "written to" in shell.run("acpiview -s MCFG -d")
    assert ".bin" in shell.run("ls MCFG*")
    assert "no such table" in shell.run("acpiview -s NONE") and shell.status() == 14
    assert "QEMU" in shell.run("smbiosview -t 1")
    assert "structures" in shell.run("smbiosview -s")
    assert "no such structure" in shell.run("smbiosview -t 250") and shell.status() == 14


def test_boot_options(shell):
    shell.run("fs0:")
    assert shell.run('bcfg boot add 0 EFI\\BOOT\\BOOTX64.EFI "First one"') == ""
    assert shell.run('bcfg boot addp 1 hello.txt "By signature"') == ""
    shown = shell.run("bcfg boot dump")
    assert re.search(r"Option: 00\. .*\n +Desc +- First one\n +DevPath - PciRoot", shown)
    assert re.search(r"Option: 01\. .*\n +Desc +- By signature\n +DevPath - HD\(1", shown)
    shell.run("bcfg boot mv 0 1")
    shell.run('bcfg boot mod 0 "Renamed"')
    shell.run('bcfg boot -opt 0 "root=x"')
    shown = shell.run("bcfg boot dump -v")
    assert re.search(r"Option: 00\. .*\n +Desc +- Renamed\n", shown)
    assert "72 00 6F 00 6F 00 74 00-3D 00 78 00 00 00" in shown
    assert shell.run("bcfg boot rm 0") == ""
    assert "Renamed" not in shell.run("bcfg boot dump")
    assert "no place" in shell.run("bcfg boot rm fff") and shell.status() == 2
    assert "hello2" in shell.run('bcfg boot add 0 hello2.txt "Missing"') and shell.status() == 14
    assert "needs 2 operands" in shell.run("bcfg boot mv 0") and shell.status() == 2
    assert "empty" in shell.run("bcfg driver dump")


def bytes_of(shell, variable):
    """The content that setvar shows."""
    rows = re.findall(r"^ *[0-9A-F]+: ((?:[0-9A-F]{2}[ -])+)", shell.run(f"setvar {variable}"), re.M)
    return bytes.fromhex("".join(rows).replace("-", " "))


def test_hot_keys(shell):
    shell.run("fs0:")
    assert shell.run('bcfg boot add 0 hello.txt "By key"') == ""
    assert shell.run('bcfg boot -opt 0 "x"') == ""
    answer = re.fullmatch(r"(Key[0-9A-F]{4}) boots (Boot([0-9A-F]{4}))\.", shell.run("bcfg boot -opt 0 0x80000200 0xC 0 0 0x61"))
    key, option, number = answer.groups()
    crc = zlib.crc32(bytes_of(shell, option))
    assert bytes_of(shell, key) == struct.pack("<IIH4H", 0x80000200, crc, int(number, 16), 0xC, 0, 0, 0x61)
    # The same keys again, for the option as it is now.
    assert shell.run('bcfg boot mod 0 "Renamed"') == ""
    assert f"{key} boots {option}" in shell.run("bcfg boot -opt 0 0x80000200 12 0 0 97")
    assert bytes_of(shell, key)[4:8] == struct.pack("<I", zlib.crc32(bytes_of(shell, option)))
    assert "no keys" in shell.run("bcfg boot -opt 0 0x80000200 0xC 0") and shell.status() == 2
    assert "no place" in shell.run("bcfg boot -opt fff 0x40000000 0xC 0") and shell.status() == 2
    assert shell.run('bcfg driver add 0 hello.txt "A driver"') == ""
    assert "only" in shell.run("bcfg driver -opt 0 0x40000000 0xC 0") and shell.status() == 2
    assert shell.run("bcfg driver rm 0") == ""


def test_forms_of_commands(shell):
    """Options and operands that are rarer than others."""
    volume = handle_with(shell, "SimpleFileSystem")
    assert shell.run(f"map mine {volume}") == ""
    assert "hello.txt" in shell.run("ls mine:")
    assert "nor a device" in shell.run("map mine ffff") and shell.status() == 14
    assert "HD" not in shell.run("map -f fs0").split("PciRoot")[0] and "mine:" not in shell.run("map -c")
    driver = re.search(r"Driver ([0-9A-F]+):", shell.run(f"dh {volume}"))[1]
    shell.run(f"disconnect {volume}")
    shell.run(f"connect {driver}", 120)
    assert "FS0:" in shell.run("map")
    assert "Drivers with diagnostics" in shell.run("drvdiag -c")
    summary = re.search(r"^MemoryMapSummary,(.*)$", shell.run("memmap -sfo"), re.M)[1]
    sizes = [int(size) for size in summary.replace('"', "").split(",")]
    assert len(sizes) == 16 and 64 << 20 < sizes[8] < sizes[0]  # of what is available, of all
    assert "comment" in shell.run("help special")
    assert "[-opt]" in shell.run("help bcfg -v")
    assert "there is no handle" in shell.run("unload -n -verbose ffff") and shell.status() == 2
    shell.run("fs0:")
    shown = shell.run("attrib -b missing.txt hello.txt")
    assert "missing.txt" in shown and "  FS0:\\hello.txt" in shown and shell.status() == 14


def test_variables_from_a_file(shell):
    """dmpstore -l sets what is named, or all."""
    shell.run("fs0:")
    shell.run(f"set -v g {GUID}")
    shell.run("setvar One -guid %g% -bs =01")
    shell.run("setvar Other -guid %g% -bs =02")
    shell.run("dmpstore O* -guid %g% -s vars.bin")
    shell.run("setvar One -guid %g% -bs -nv =03")  # that are there keep their attributes
    shell.run("setvar Other -guid %g% =04")
    assert "Variable BS" in shell.run("dmpstore One -guid %g%")
    assert re.findall(r"Set .*:(\w+)'", shell.run("dmpstore One -guid %g% -l vars.bin")) == ["One"]
    assert bytes_of(shell, "One -guid %g%") == b"\x01" and bytes_of(shell, "Other -guid %g%") == b"\x04"
    assert "no such variable" in shell.run("dmpstore One -l vars.bin") and shell.status() == 14
    assert re.findall(r"Set .*:(\w+)'", shell.run("dmpstore -l vars.bin")) == ["One", "Other"]
    assert bytes_of(shell, "Other -guid %g%") == b"\x02"


def test_the_rest(shell, request):
    ours = "cloudhv" in request.node.name
    assert "115200 baud, parity" in shell.run("sermode")
    assert "Drivers with diagnostics" in shell.run("drvdiag")
    assert "no IP network" in shell.run("ping 10.0.2.2") and shell.status() == 3
    assert ("milestone" if ours else "no timeline") in shell.run("bench")
    shell.run("fs0:")
    assert "offered to Linux: 5 bytes" in shell.run("initrd hello.txt")
    assert "LoadFile2" in shell.run("dh -p LoadFile2")
    assert shell.run("initrd -u") == ""
    assert shell.run("initrd -u") != "" and shell.status() == 19
    assert shell.run("efidecompress hello.txt x") != "" and shell.status() == 2


def test_compression(shell):
    shell.run("fs0:")
    assert shell.run("eficompress EFI\\BOOT\\BOOTX64.EFI small", 120) == ""
    assert shell.run("efidecompress small large", 120) == ""
    shell.run("comp large EFI\\BOOT\\BOOTX64.EFI", 120)
    assert shell.status() == 0
    shell.run("comp small EFI\\BOOT\\BOOTX64.EFI", 120)
    assert shell.status() != 0
