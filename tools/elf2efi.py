#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Turns a static position-independent ELF64 program for x86-64 into a PE32+ image for UEFI.

The program is linked with apps/efi-app.ld or src/runtime/runtime.ld. Each of its PT_LOAD segments becomes a section at the
same address: .text, .rodata or .data by its flags. R_X86_64_RELATIVE relocations become .reloc; any other kind is refused,
as it would need a dynamic linker. The output depends on nothing but the input: no time stamps, no paths.

Format: Microsoft PE/COFF specification, revision 11; UEFI 2.10 §2.1.1.
"""

import argparse
import struct
import sys

PAGE = 4096
FILE_ALIGNMENT = 512

SUBSYSTEMS = {"app": 10, "boot-driver": 11, "runtime-driver": 12}

# ELF
PT_LOAD, PT_DYNAMIC, PF_X, PF_W = 1, 2, 1, 2
SHT_RELA, SHT_REL, SHT_RELR, SHF_ALLOC = 4, 9, 19, 2
EM_X86_64, R_X86_64_RELATIVE = 62, 8
DT_NULL, DT_FLAGS_1, DF_1_PIE = 0, 0x6FFFFFFB, 0x08000000
EHDR = struct.Struct("<16sHHIQQQIHHHHHH")
PHDR = struct.Struct("<IIQQQQQQ")
SHDR = struct.Struct("<IIQQQQIIQQ")
RELA = struct.Struct("<QQq")
DYN = struct.Struct("<QQ")

# PE
DOS_STUB_SIZE = 0x40
FILE_HEADER = struct.Struct("<HHIIIHH")
OPTIONAL_HEADER = struct.Struct("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII")
SECTION_HEADER = struct.Struct("<8sIIIIIIHHI")
MACHINE_X64, MAGIC_PE32_PLUS = 0x8664, 0x20B
EXECUTABLE_IMAGE, LARGE_ADDRESS_AWARE = 0x0002, 0x0020
DYNAMIC_BASE, NX_COMPAT = 0x0040, 0x0100
CNT_CODE, CNT_DATA, DISCARDABLE = 0x20, 0x40, 0x02000000
EXECUTE, READ, WRITE = 0x20000000, 0x40000000, 0x80000000
REL_BASED_DIR64 = 10
DIRECTORY_RELOCATION, DIRECTORIES = 5, 16


class Refused(Exception):
    """The input cannot be made into an image; the message says why."""


def align(value, to):
    return (value + to - 1) // to * to


class Section:
    def __init__(self, name, address, data, size, flags):
        if len(name.encode()) > 8:
            raise Refused(f"section name {name} is longer than 8 bytes")
        self.name, self.address, self.data, self.size, self.flags = name, address, bytearray(data), size, flags
        self.offset = 0

    @property
    def end(self):
        return self.address + self.size


class Elf:
    def __init__(self, data):
        self.data = data
        header = self.unpack(EHDR, 0)
        ident, _, machine, _, self.entry, phoff, shoff, _, _, phentsize, phnum, shentsize, shnum, _ = header
        if ident[:6] != b"\x7fELF\x02\x01" or machine != EM_X86_64:
            raise Refused("not an ELF64 program for x86-64")
        if phentsize != PHDR.size or (shnum and shentsize != SHDR.size):
            raise Refused("unknown header sizes")
        self.segments = [self.unpack(PHDR, phoff + i * PHDR.size) for i in range(phnum)]
        self.sections = [self.unpack(SHDR, shoff + i * SHDR.size) for i in range(shnum)]
        if not self.is_pie():
            raise Refused("not position-independent: link with -pie")

    def is_pie(self):
        """By the dynamic flags: GNU ld writes ET_EXEC when the first segment is not at address 0."""
        for kind, _, offset, _, _, size, _, _ in self.segments:
            if kind != PT_DYNAMIC:
                continue
            for tag, value in DYN.iter_unpack(self.bytes_at(offset, size // DYN.size * DYN.size)):
                if tag == DT_FLAGS_1:
                    return bool(value & DF_1_PIE)
                if tag == DT_NULL:
                    break
        return False

    def loaded_segments(self):
        """All but the one with the dynamic section, which only this program reads."""
        dynamic = {address for kind, _, _, address, _, _, _, _ in self.segments if kind == PT_DYNAMIC}
        for kind, flags, offset, address, _, file_size, size, _ in self.segments:
            if kind == PT_LOAD and size > 0 and address not in dynamic:
                yield flags, offset, address, file_size, size

    def unpack(self, layout, offset):
        if offset + layout.size > len(self.data):
            raise Refused("headers outside the file")
        return layout.unpack_from(self.data, offset)

    def bytes_at(self, offset, size):
        if offset + size > len(self.data):
            raise Refused("contents outside the file")
        return self.data[offset : offset + size]

    def relocations(self):
        """(address, addend) of each relocation."""
        for _, kind, flags, _, offset, size, _, _, _, _ in self.sections:
            if not flags & SHF_ALLOC or size == 0:
                continue
            if kind in (SHT_REL, SHT_RELR):
                raise Refused("packed or addend-less relocations: link with -z nopack-relative-relocs")
            if kind != SHT_RELA:
                continue
            for address, info, addend in RELA.iter_unpack(self.bytes_at(offset, size)):
                if info != R_X86_64_RELATIVE:
                    raise Refused(f"relocation of type {info & 0xffffffff} at {address:#x}: only R_X86_64_RELATIVE "
                                  "(is a symbol undefined, or visible to others?)")
                yield address, addend


def load_sections(elf):
    sections = []
    for flags, offset, address, file_size, size in elf.loaded_segments():
        if address % PAGE or address < PAGE:
            raise Refused(f"segment at {address:#x} does not begin on a page of its own behind the headers")
        if flags & PF_X and flags & PF_W:
            raise Refused(f"segment at {address:#x} is writable and executable")
        if flags & PF_X:
            name, access = ".text", CNT_CODE | EXECUTE | READ
        elif flags & PF_W:
            name, access = ".data", CNT_DATA | READ | WRITE
        else:
            name, access = ".rodata", CNT_DATA | READ
        sections.append(Section(name, address, elf.bytes_at(offset, file_size), size, access))
    sections.sort(key=lambda section: section.address)
    for before, after in zip(sections, sections[1:]):
        if before.end > after.address:
            raise Refused(f"{before.name} and {after.name} overlap")
    if not any(section.flags & EXECUTE and section.address <= elf.entry < section.end for section in sections):
        raise Refused("the entry point is not in .text")
    return sections


def apply_relocations(elf, sections):
    """Writes each addend where it belongs, as for image base 0, and returns the sorted addresses."""
    addresses = []
    for address, addend in elf.relocations():
        section = next((s for s in sections if s.address <= address and address + 8 <= s.end), None)
        if section is None or section.flags & EXECUTE:
            raise Refused(f"relocation at {address:#x}, which is not in data")
        if not 0 <= addend <= align(sections[-1].end, PAGE):
            raise Refused(f"relocation at {address:#x} points outside the image")
        at = address - section.address
        section.data.extend(bytes(max(0, at + 8 - len(section.data))))
        struct.pack_into("<Q", section.data, at, addend)
        addresses.append(address)
    return sorted(addresses)


def relocation_blocks(addresses):
    """Base relocation blocks; one with a padding entry when there is nothing to relocate, because an image without any is
    taken for one that cannot be moved."""
    pages = {}
    for address in addresses:
        pages.setdefault(address // PAGE * PAGE, []).append(REL_BASED_DIR64 << 12 | address % PAGE)
    blocks = b""
    for page, entries in sorted(pages.items()) or [(PAGE, [])]:
        entries += [0] * (len(entries) % 2 or (2 if not entries else 0))
        blocks += struct.pack(f"<II{len(entries)}H", page, 8 + 2 * len(entries), *entries)
    return blocks


def headers(elf, sections, subsystem, relocations):
    def total(flag):
        return sum(align(len(section.data), FILE_ALIGNMENT) for section in sections if section.flags & flag)

    directories = [(0, 0)] * DIRECTORIES
    directories[DIRECTORY_RELOCATION] = (relocations.address, len(relocations.data))
    optional = OPTIONAL_HEADER.pack(
        MAGIC_PE32_PLUS, 0, 0, total(CNT_CODE), total(CNT_DATA), 0, elf.entry, sections[0].address,
        0, PAGE, FILE_ALIGNMENT, 0, 0, 0, 0, 0, 0, 0,
        align(sections[-1].end, PAGE), headers_size(sections), 0,
        SUBSYSTEMS[subsystem], DYNAMIC_BASE | NX_COMPAT, 0, 0, 0, 0, 0, DIRECTORIES)
    optional += b"".join(struct.pack("<II", *directory) for directory in directories)
    out = struct.pack("<2s58xI", b"MZ", DOS_STUB_SIZE) + b"PE\0\0"
    out += FILE_HEADER.pack(MACHINE_X64, len(sections), 0, 0, 0, len(optional), EXECUTABLE_IMAGE | LARGE_ADDRESS_AWARE)
    out += optional
    for section in sections:
        out += SECTION_HEADER.pack(section.name.encode(), section.size, section.address,
                                   align(len(section.data), FILE_ALIGNMENT), section.offset if section.data else 0,
                                   0, 0, 0, 0, section.flags)
    return out


def headers_size(sections):
    size = DOS_STUB_SIZE + 4 + FILE_HEADER.size + OPTIONAL_HEADER.size + 8 * DIRECTORIES
    return align(size + SECTION_HEADER.size * len(sections), FILE_ALIGNMENT)


def convert(data, subsystem, extra):
    """The PE image made of the ELF file `data`; `extra` are pairs of a section name and its bytes."""
    elf = Elf(data)
    sections = load_sections(elf)
    addresses = apply_relocations(elf, sections)

    def add(name, contents, flags):
        section = Section(name, align(sections[-1].end, PAGE), contents, len(contents), flags)
        sections.append(section)
        return section

    for name, contents in extra:
        add(name, contents, CNT_DATA | READ)
    relocations = add(".reloc", relocation_blocks(addresses), CNT_DATA | READ | DISCARDABLE)

    # Zeros at the end of a section need no place in the file.
    for section in sections:
        section.data = section.data.rstrip(b"\0") if section.flags & WRITE else section.data
    offset = headers_size(sections)
    if offset > PAGE:
        raise Refused("too many sections for one page of headers")
    for section in sections:
        section.offset = offset
        offset += align(len(section.data), FILE_ALIGNMENT)

    out = bytearray(headers(elf, sections, subsystem, relocations))
    for section in sections:
        if section.data:
            out.extend(bytes(section.offset - len(out)))
            out.extend(section.data)
    out.extend(bytes(align(len(out), FILE_ALIGNMENT) - len(out)))
    return bytes(out)


def read_extra(argument):
    name, equals, path = argument.partition("=")
    if not equals:
        raise Refused(f"--section {argument}: expected NAME=FILE")
    with open(path, "rb") as file:
        return name, file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("elf")
    parser.add_argument("efi")
    parser.add_argument("--subsystem", choices=SUBSYSTEMS, default="app")
    parser.add_argument("--section", action="append", default=[], metavar="NAME=FILE",
                        help="adds a read-only section with the bytes of FILE, such as .sbat")
    arguments = parser.parse_args()
    try:
        with open(arguments.elf, "rb") as file:
            image = convert(file.read(), arguments.subsystem, [read_extra(extra) for extra in arguments.section])
    except (Refused, OSError) as problem:
        sys.exit(f"elf2efi: {arguments.elf}: {problem}")
    with open(arguments.efi, "wb") as file:
        file.write(image)


if __name__ == "__main__":
    main()
