/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* PE32+ executable files (Microsoft PE/COFF specification, revision 11), as far as UEFI uses them
 * (UEFI 2.10 §2.1.1). */

#include <stddef.h>
#include <stdint.h>

#define PE_DOS_MAGIC  0x5a4d     /* "MZ" */
#define PE_SIGNATURE  0x00004550 /* "PE\0\0" */
#define PE_MAGIC_PE32 0x010b
#define PE_MAGIC_PLUS 0x020b
#define PE_LFANEW     0x3c /* offset, in the DOS header, of the PE signature's file offset */

#define PE_MACHINE_X64 0x8664

#define PE_FILE_RELOCS_STRIPPED     0x0001
#define PE_FILE_EXECUTABLE_IMAGE    0x0002
#define PE_FILE_LARGE_ADDRESS_AWARE 0x0020

#define PE_SUBSYSTEM_EFI_APPLICATION    10
#define PE_SUBSYSTEM_EFI_BOOT_DRIVER    11
#define PE_SUBSYSTEM_EFI_RUNTIME_DRIVER 12

#define PE_DLL_DYNAMIC_BASE 0x0040
#define PE_DLL_NX_COMPAT    0x0100

#define PE_DIRECTORY_RESOURCE    2
#define PE_DIRECTORY_CERTIFICATE 4
#define PE_DIRECTORY_RELOCATION  5
#define PE_DIRECTORY_DEBUG       6
#define PE_DIRECTORY_COUNT       16

#define PE_SCN_CNT_CODE               0x00000020u
#define PE_SCN_CNT_INITIALIZED_DATA   0x00000040u
#define PE_SCN_CNT_UNINITIALIZED_DATA 0x00000080u
#define PE_SCN_MEM_DISCARDABLE        0x02000000u
#define PE_SCN_MEM_EXECUTE            0x20000000u
#define PE_SCN_MEM_READ               0x40000000u
#define PE_SCN_MEM_WRITE              0x80000000u

#define PE_RELOCATION_ABSOLUTE 0
#define PE_RELOCATION_HIGH     1
#define PE_RELOCATION_LOW      2
#define PE_RELOCATION_HIGHLOW  3
#define PE_RELOCATION_DIR64    10

struct pe_file_header {
    uint16_t machine;
    uint16_t section_count;
    uint32_t time_stamp;
    uint32_t symbol_table;
    uint32_t symbol_count;
    uint16_t optional_header_size;
    uint16_t characteristics;
};

struct pe_data_directory {
    uint32_t address; /* in the loaded image, but a file offset for the certificate table */
    uint32_t size;
};

/* Without the data directories, of which there are `directory_count`. */
struct pe_optional_header {
    uint16_t magic;
    uint8_t linker_major, linker_minor;
    uint32_t code_size;
    uint32_t initialized_data_size;
    uint32_t uninitialized_data_size;
    uint32_t entry_point;
    uint32_t code_base;
    uint64_t image_base;
    uint32_t section_alignment;
    uint32_t file_alignment;
    uint16_t os_major, os_minor;
    uint16_t image_major, image_minor;
    uint16_t subsystem_major, subsystem_minor;
    uint32_t win32_version;
    uint32_t image_size;
    uint32_t headers_size;
    uint32_t checksum;
    uint16_t subsystem;
    uint16_t dll_characteristics;
    uint64_t stack_reserve, stack_commit;
    uint64_t heap_reserve, heap_commit;
    uint32_t loader_flags;
    uint32_t directory_count;
};

struct pe_section_header {
    char name[8]; /* not always NUL terminated */
    uint32_t virtual_size;
    uint32_t virtual_address;
    uint32_t raw_size;
    uint32_t raw_offset;
    uint32_t relocations_offset;
    uint32_t line_numbers_offset;
    uint16_t relocation_count;
    uint16_t line_number_count;
    uint32_t characteristics;
};

/* Resources: a tree of directories. Offsets are relative to the root directory. */
#define PE_RESOURCE_FLAG 0x80000000u /* in `name`: of a string; in `offset`: of a directory */

struct pe_resource_directory {
    uint32_t characteristics;
    uint32_t time_stamp;
    uint16_t major, minor;
    uint16_t named_count; /* entries with names come first */
    uint16_t id_count;
};

struct pe_resource_entry {
    uint32_t name;
    uint32_t offset; /* of a directory, or of a struct pe_data_directory */
};

struct pe_relocation_block {
    uint32_t page;
    uint32_t size; /* with this header; uint16_t entries follow: type << 12 | offset in the page */
};

_Static_assert(sizeof(struct pe_file_header) == 20, "COFF file header layout");
_Static_assert(sizeof(struct pe_optional_header) == 112, "PE32+ optional header layout");
_Static_assert(offsetof(struct pe_optional_header, image_base) == 24, "PE32+ layout");
_Static_assert(offsetof(struct pe_optional_header, subsystem) == 68, "PE32+ layout");
_Static_assert(sizeof(struct pe_resource_directory) == 16, "resource directory layout");
_Static_assert(sizeof(struct pe_section_header) == 40, "section header layout");
