#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Links small programs as the build does and reads the images that tools/elf2efi.py makes of them."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get("CLOUDHV_SOURCE") or os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path.insert(0, os.path.join(SOURCE, "tools"))
import elf2efi  # noqa: E402

PROGRAM = """
static const char *const names[] = {"alpha", "beta"};
static const char *volatile chosen = "gamma";
static int counter = 0x12345678;
static char zeros[20000];
unsigned long long __attribute__((ms_abi)) efi_main(void *image, void *table);
unsigned long long __attribute__((ms_abi)) efi_main(void *image, void *table)
{
    volatile int i = counter++;
    const char *const *table_of_names = names;
    __asm__("" : "+r"(table_of_names)); /* no compiler sees through this */
    zeros[i & 1023] = *table_of_names[i & 1];
    return (unsigned long long)(chosen + zeros[i & 511]);
}
"""
WITHOUT_DATA = """
int __attribute__((ms_abi)) efi_main(void);
int __attribute__((ms_abi)) efi_main(void) { return 7; }
"""
CFLAGS = ["-ffreestanding", "-fpie", "-fno-stack-protector", "-fno-asynchronous-unwind-tables",
          "-fvisibility=hidden", "-mno-red-zone", "-mgeneral-regs-only", "-O1"]
LDFLAGS = ["-pie", "-nostdlib", "-Wl,--no-dynamic-linker", "-Wl,-z,text", "-Wl,--build-id=none", "-Wl,-z,noexecstack",
           "-Wl,-z,norelro", "-Wl,-z,max-page-size=4096"]
TOOLCHAINS = {"gcc": ["gcc"], "clang": ["clang"], "clang and lld": ["clang", "-fuse-ld=lld"]}


def toolchains():
    for name, command in TOOLCHAINS.items():
        linker = "ld.lld" if "lld" in name else "ld"
        if shutil.which(command[0]) and shutil.which(linker):
            yield name, command


class Image:
    """What a loader reads from the file, by the numbers of the PE/COFF specification."""

    def __init__(self, data):
        self.data = data
        lfanew = self.number(0x3C, "I")
        assert data[:2] == b"MZ" and data[lfanew : lfanew + 4] == b"PE\0\0"
        coff = lfanew + 4
        self.machine, count = self.number(coff, "H"), self.number(coff + 2, "H")
        self.time_stamp, self.characteristics = self.number(coff + 4, "I"), self.number(coff + 18, "H")
        optional = coff + 20
        self.magic, self.entry = self.number(optional, "H"), self.number(optional + 16, "I")
        self.base = self.number(optional + 24, "Q")
        self.section_alignment, self.file_alignment = self.number(optional + 32, "I"), self.number(optional + 36, "I")
        self.image_size, self.headers_size = self.number(optional + 56, "I"), self.number(optional + 60, "I")
        self.subsystem, self.dll_flags = self.number(optional + 68, "H"), self.number(optional + 70, "H")
        self.relocations = struct.unpack_from("<II", data, optional + 112 + 5 * 8)
        table = optional + self.number(coff + 16, "H")
        self.sections = {}
        for at in range(table, table + 40 * count, 40):
            name = data[at : at + 8].rstrip(b"\0").decode()
            size, address, raw_size, raw_offset = struct.unpack_from("<IIII", data, at + 8)
            self.sections[name] = (address, size, raw_offset, raw_size, self.number(at + 36, "I"))

    def number(self, offset, kind):
        return struct.unpack_from("<" + kind, self.data, offset)[0]

    def load(self, base):
        """The image in memory, relocated to `base`."""
        memory = bytearray(self.image_size)
        for address, size, offset, raw_size, _ in self.sections.values():
            contents = self.data[offset : offset + min(size, raw_size)]
            assert len(contents) == min(size, raw_size)
            memory[address : address + len(contents)] = contents
        at, end = self.relocations[0], sum(self.relocations)
        while at < end:
            page, size = struct.unpack_from("<II", memory, at)
            assert size >= 8 and size % 4 == 0
            for (entry,) in struct.iter_unpack("<H", memory[at + 8 : at + size]):
                assert entry >> 12 in (0, 10)
                if entry >> 12 == 10:
                    place = page + (entry & 0xFFF)
                    value = struct.unpack_from("<Q", memory, place)[0] + base - self.base
                    struct.pack_into("<Q", memory, place, value)
            at += size
        return memory


class Elf2Efi(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def link(self, command, program, *flags, script="apps/efi-app.ld"):
        with open(self.path("program.c"), "w", encoding="ascii") as file:
            file.write(program)
        subprocess.run([*command, *CFLAGS, *LDFLAGS, *flags, "-Wl,-T," + os.path.join(SOURCE, script),
                        self.path("program.c"), "-o", self.path("program.elf")], check=True)
        with open(self.path("program.elf"), "rb") as file:
            return file.read()

    def check_headers(self, image, subsystem):
        self.assertEqual((image.machine, image.magic, image.time_stamp), (0x8664, 0x20B, 0))
        self.assertEqual((image.section_alignment, image.file_alignment), (4096, 512))
        self.assertEqual(image.subsystem, subsystem)
        self.assertEqual(image.dll_flags, 0x140)
        self.assertEqual(image.characteristics & 1, 0)
        end = image.headers_size
        for name, (address, size, offset, raw_size, flags) in image.sections.items():
            self.assertEqual((address % 4096, offset % 512, raw_size % 512), (0, 0, 0), name)
            self.assertGreaterEqual(address, end)
            self.assertLessEqual(offset + raw_size, len(image.data))
            self.assertNotEqual(flags & 0xA0000000, 0xA0000000, name)
            end = address + size
        self.assertEqual(image.image_size, (end + 4095) // 4096 * 4096)

    def test_program(self):
        for name, command in toolchains():
            for script in ("apps/efi-app.ld", "src/runtime/runtime.ld"):
                with self.subTest(toolchain=name, script=script):
                    elf = self.link(command, PROGRAM, "-Wl,-e,efi_main", script=script)
                    data = elf2efi.convert(elf, "app", [])
                    image = Image(data)
                    self.check_headers(image, 10)
                    address, size, _, _, _ = image.sections[".text"]
                    self.assertTrue(address <= image.entry < address + size)
                    self.assertGreaterEqual(image.sections[".data"][1], 20000)
                    self.assertLess(len(data), 8192)

                    base = 0x7F0000000
                    memory = image.load(base)
                    pointers = [value - base for (value,) in struct.iter_unpack("<Q", memory[: len(memory) // 8 * 8])
                                if base <= value < base + len(memory)]
                    texts = {bytes(memory[at : memory.index(0, at)]) for at in pointers}
                    self.assertTrue({b"alpha", b"beta", b"gamma"} <= texts)
                    self.assertIn(struct.pack("<I", 0x12345678), memory)
                    self.assertEqual(data, elf2efi.convert(elf, "app", []))

    def test_without_data(self):
        for name, command in toolchains():
            with self.subTest(toolchain=name):
                image = Image(elf2efi.convert(self.link(command, WITHOUT_DATA), "boot-driver", []))
                self.check_headers(image, 11)
                self.assertGreater(image.relocations[1], 0)
                image.load(0x10000)

    def test_extra_sections(self):
        name, command = next(toolchains())
        self.link(command, PROGRAM)
        with open(self.path("sbat.csv"), "wb") as file:
            file.write(b"sbat,1\n")
        subprocess.run([sys.executable, os.path.join(SOURCE, "tools/elf2efi.py"), "--subsystem=runtime-driver",
                        "--section=.sbat=" + self.path("sbat.csv"), self.path("program.elf"), self.path("program.efi")],
                       check=True)
        with open(self.path("program.efi"), "rb") as file:
            image = Image(file.read())
        self.check_headers(image, 12)
        address, size, _, _, flags = image.sections[".sbat"]
        self.assertEqual(image.load(0)[address : address + size], b"sbat,1\n")
        self.assertEqual(flags, 0x40000040)

    def refuse(self, elf, message):
        with self.assertRaisesRegex(elf2efi.Refused, message):
            elf2efi.convert(bytes(elf), "app", [])

    def test_refusals(self):
        name, command = next(toolchains())
        elf = bytearray(self.link(command, PROGRAM))
        self.refuse(b"", "outside the file")
        self.refuse(b"MZ" + elf[2:], "not an ELF64")
        self.refuse(elf[:0x800], "outside the file")

        parsed = elf2efi.Elf(bytes(elf))
        phoff = struct.unpack_from("<Q", elf, 32)[0]
        relocations = next(section for section in parsed.sections if section[1] == elf2efi.SHT_RELA)
        for kind in (1, 6, 37):
            changed = bytearray(elf)
            struct.pack_into("<I", changed, relocations[4] + 8, kind)
            self.refuse(changed, f"relocation of type {kind} ")
        changed = bytearray(elf)
        struct.pack_into("<Q", changed, relocations[4], 0x1008)
        self.refuse(changed, "not in data")
        changed = bytearray(elf)
        struct.pack_into("<q", changed, relocations[4] + 16, -1)
        self.refuse(changed, "points outside")
        changed = bytearray(elf)
        struct.pack_into("<I", changed, phoff + 4, 7)
        self.refuse(changed, "writable and executable")
        changed = bytearray(elf)
        struct.pack_into("<Q", changed, 24, 0)
        self.refuse(changed, "entry point")

        no_pie = [flag for flag in LDFLAGS if flag != "-pie"]
        subprocess.run([*command, *CFLAGS, "-no-pie", *no_pie, "-Wl,-T," + os.path.join(SOURCE, "apps/efi-app.ld"),
                        self.path("program.c"), "-o", self.path("fixed.elf")], check=True)
        with open(self.path("fixed.elf"), "rb") as file:
            self.refuse(file.read(), "position-independent")


if __name__ == "__main__":
    unittest.main()
