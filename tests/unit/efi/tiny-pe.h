/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <string.h>

#include "hw/pe.h"

/* A small sound PE32+ image that tests break one field at a time. */
#define TINY_BASE       0x10000000u
#define TINY_TEXT       0x1000u
#define TINY_DATA       0x2000u
#define TINY_DATA_SIZE  0x1800u
#define TINY_RELOC      0x4000u
#define TINY_IMAGE_SIZE 0x5000u

enum { TINY_SECTION_TEXT, TINY_SECTION_DATA, TINY_SECTION_RELOC, TINY_SECTIONS };

struct tiny_pe {
    struct {
        uint16_t magic;
        uint8_t unused[58];
        uint32_t lfanew;
        uint32_t signature;
        struct pe_file_header file;
        struct pe_optional_header optional;
        struct pe_data_directory directories[6];
        struct pe_section_header sections[TINY_SECTIONS];
    } __attribute__((packed)) h;
    uint8_t padding[0x400 - 64 - 4 - 20 - 112 - 48 - 40 * TINY_SECTIONS];
    uint8_t text[0x200]; /* filled with 0x90, then RET */
    union {
        uint8_t data[0x200]; /* filled with 0xdd behind the pointers */
        struct {
            uint64_t pointer;   /* to TINY_TEXT + 0x10; a DIR64 relocation */
            uint32_t pointer32; /* to TINY_TEXT + 0x20; a HIGHLOW relocation */
        } __attribute__((packed)) pointers;
    };
    union {
        uint8_t reloc[0x200];
        struct {
            struct pe_relocation_block block;
            uint16_t entries[4];
        } relocations;
    };
};

_Static_assert(sizeof(struct tiny_pe) == 0xa00, "raw sections are aligned to 0x200");

static inline struct tiny_pe tiny_pe(void)
{
    struct tiny_pe pe = {
        .h =
            {
                .magic = PE_DOS_MAGIC,
                .lfanew = 64,
                .signature = PE_SIGNATURE,
                .file = {.machine = PE_MACHINE_X64,
                         .section_count = TINY_SECTIONS,
                         .optional_header_size = 112 + 48,
                         .characteristics = PE_FILE_EXECUTABLE_IMAGE | PE_FILE_LARGE_ADDRESS_AWARE},
                .optional = {.magic = PE_MAGIC_PLUS,
                             .entry_point = TINY_TEXT,
                             .image_base = TINY_BASE,
                             .section_alignment = 0x1000,
                             .file_alignment = 0x200,
                             .image_size = TINY_IMAGE_SIZE,
                             .headers_size = 0x400,
                             .subsystem = PE_SUBSYSTEM_EFI_APPLICATION,
                             .dll_characteristics = PE_DLL_NX_COMPAT,
                             .directory_count = 6},
                .directories = {[PE_DIRECTORY_RELOCATION] = {TINY_RELOC, 16}},
                .sections = {{".text", 0x180, TINY_TEXT, 0x200, 0x400,
                              .characteristics =
                                  PE_SCN_CNT_CODE | PE_SCN_MEM_EXECUTE | PE_SCN_MEM_READ},
                             {".data", TINY_DATA_SIZE, TINY_DATA, 0x200, 0x600,
                              .characteristics = PE_SCN_MEM_READ | PE_SCN_MEM_WRITE},
                             {".reloc", 16, TINY_RELOC, 0x200, 0x800,
                              .characteristics = PE_SCN_MEM_READ | PE_SCN_MEM_DISCARDABLE}},
            },
    };
    memset(pe.text, 0x90, sizeof pe.text);
    pe.text[0] = 0xc3;
    memset(pe.data, 0xdd, sizeof pe.data);
    pe.pointers.pointer = TINY_BASE + TINY_TEXT + 0x10;
    pe.pointers.pointer32 = TINY_BASE + TINY_TEXT + 0x20;
    pe.relocations.block = (struct pe_relocation_block){TINY_DATA, 16};
    pe.relocations.entries[0] = PE_RELOCATION_DIR64 << 12 | 0;
    pe.relocations.entries[1] = PE_RELOCATION_HIGHLOW << 12 | 8;
    pe.relocations.entries[2] = PE_RELOCATION_ABSOLUTE << 12;
    pe.relocations.entries[3] = PE_RELOCATION_ABSOLUTE << 12;
    return pe;
}
