/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "hw/pe.h"
#include "lib/macros.h"
#include "lib/reader.h"

/* Reads PE32+ images for x86-64 (PE/COFF specification; UEFI 2.10 §2.1.1). All bytes are hostile.
 * Functions that can fail say why in a few words for the log: `*ret_problem`, set on failure only.
 */

/* A file that pe_parse() found sound: every number below has been checked against the file and
 * against image_size. Addresses are relative to where the image is loaded. */
struct pe_image {
    struct reader file; /* the caller's bytes; they must outlive this */
    uint64_t image_base;
    uint64_t image_size; /* memory to load it into: whole pages */
    uint32_t headers_size;
    uint32_t entry_point;
    uint32_t section_alignment; /* a power of two */
    uint32_t section_count;
    uint64_t section_table;               /* file offset */
    struct pe_data_directory relocations; /* size 0: none */
    struct pe_data_directory resources;   /* size 0: none; not checked */
    uint16_t subsystem;                   /* one of the three EFI ones */
    bool nx_compatible;
    bool relocations_stripped; /* runs at image_base only */
    bool page_sections; /* sections begin on pages of their own, so that they can be protected */
};

struct pe_section {
    char name[9];
    uint32_t address;
    uint32_t size; /* in memory; 0: nothing is loaded */
    uint32_t file_offset;
    uint32_t file_size; /* at most size; the rest is zeros */
    bool writable, executable;
};

/* EFI_UNSUPPORTED for another machine, format or subsystem; EFI_LOAD_ERROR for what is malformed:
 * parts outside the file or the image, sections that overlap, an entry point that cannot run. */
EFI_STATUS pe_parse(const void *file, size_t size, struct pe_image *ret,
                    const char **ret_problem) MUST_CHECK;

/* `index` is below section_count. */
struct pe_section pe_section_at(const struct pe_image *image, uint32_t index);

/* Copies headers and sections to memory[image_size] and zeroes all else. */
void pe_place(const struct pe_image *image, uint8_t *memory);

/* Moves the placed image from its image_base to `base` by its relocations. EFI_LOAD_ERROR: a
 * malformed block, an unknown type, a fixup outside the image, a 32-bit one that cannot hold the
 * address. */
EFI_STATUS pe_relocate(const struct pe_image *image, uint8_t *memory, uint64_t base,
                       const char **ret_problem) MUST_CHECK;
