/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/pe.h"

#include "efi/types.h"
#include "lib/checked.h"
#include "lib/memory.h"

/* Sections are compared pairwise. Real images have a dozen, unified kernel images a few more per
 * profile. */
#define SECTIONS_MAX 512

static EFI_STATUS refuse(EFI_STATUS status, const char *problem, const char **ret_problem)
{
    *ret_problem = problem;
    return status;
}

static EFI_STATUS malformed(const char *problem, const char **ret_problem)
{
    return refuse(EFI_LOAD_ERROR, problem, ret_problem);
}

/* Reads the COFF header and leaves `r` at the optional header. */
static EFI_STATUS parse_file_header(struct reader *r, struct pe_file_header *ret,
                                    const char **ret_problem)
{
    uint16_t magic;
    uint32_t offset, signature;
    if (!reader_u16(r, &magic) || magic != PE_DOS_MAGIC)
        return malformed("not a PE image", ret_problem);
    if (!reader_seek(r, PE_LFANEW) || !reader_u32(r, &offset) || !reader_seek(r, offset) ||
        !reader_u32(r, &signature) || !reader_copy(r, ret, sizeof *ret))
        return malformed("PE header outside the file", ret_problem);
    if (signature != PE_SIGNATURE)
        return malformed("not a PE image", ret_problem);
    if (ret->machine != PE_MACHINE_X64)
        return refuse(EFI_UNSUPPORTED, "made for another machine", ret_problem);
    if ((ret->characteristics & PE_FILE_EXECUTABLE_IMAGE) == 0)
        return malformed("not marked as executable", ret_problem);
    return EFI_SUCCESS;
}

static bool subsystem_is_efi(uint16_t subsystem)
{
    return subsystem == PE_SUBSYSTEM_EFI_APPLICATION || subsystem == PE_SUBSYSTEM_EFI_BOOT_DRIVER ||
           subsystem == PE_SUBSYSTEM_EFI_RUNTIME_DRIVER;
}

/* Reads the optional header and the directories that matter; `r` is a window on the optional
 * header. */
static EFI_STATUS parse_optional_header(struct reader *r, struct pe_image *image,
                                        const char **ret_problem)
{
    struct pe_optional_header header;
    struct pe_data_directory directory;
    uint16_t magic;

    /* The magic first: a PE32 header is shorter. */
    if (!reader_u16(r, &magic))
        return malformed("optional header too short", ret_problem);
    if (magic != PE_MAGIC_PLUS)
        return refuse(EFI_UNSUPPORTED, "not PE32+", ret_problem);
    if (!reader_seek(r, 0) || !reader_copy(r, &header, sizeof header) ||
        reader_left(r) / sizeof directory < header.directory_count)
        return malformed("optional header too short", ret_problem);
    if (!subsystem_is_efi(header.subsystem))
        return refuse(EFI_UNSUPPORTED, "not made for EFI", ret_problem);

    image->image_base = header.image_base;
    image->image_size = header.image_size;
    image->headers_size = header.headers_size;
    image->entry_point = header.entry_point;
    image->section_alignment = header.section_alignment;
    image->subsystem = header.subsystem;
    image->nx_compatible = (header.dll_characteristics & PE_DLL_NX_COMPAT) != 0;
    for (uint32_t i = 0; i < header.directory_count && i <= PE_DIRECTORY_RELOCATION; i++) {
        if (!reader_copy(r, &directory, sizeof directory))
            return malformed("optional header too short", ret_problem);
        if (i == PE_DIRECTORY_RELOCATION)
            image->relocations = directory;
        if (i == PE_DIRECTORY_RESOURCE)
            image->resources = directory;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS check_sizes(struct pe_image *image, const char **ret_problem)
{
    if (image->section_alignment == 0 ||
        (image->section_alignment & (image->section_alignment - 1)) != 0)
        return malformed("section alignment is not a power of two", ret_problem);

    /* Neither SizeOfImage nor the sections of real images keep to a small SectionAlignment, so the
     * image is what its whole pages hold. FileAlignment means nothing to a loader that copies. */
    uint64_t alignment = MAX(image->section_alignment, EFI_PAGE_SIZE);
    if (image->image_size == 0 ||
        !checked_align_up(image->image_size, alignment, &image->image_size))
        return malformed("wrong image size", ret_problem);

    uint64_t table_size = (uint64_t)image->section_count * sizeof(struct pe_section_header);
    if (image->headers_size > image->file.size || image->headers_size > image->image_size)
        return malformed("headers outside the file", ret_problem);
    if (!range_within(image->section_table, table_size, image->headers_size))
        return malformed("section table outside the headers", ret_problem);
    if (image->section_count > SECTIONS_MAX)
        return malformed("too many sections", ret_problem);
    if (image->relocations.size != 0 &&
        !range_within(image->relocations.address, image->relocations.size, image->image_size))
        return malformed("relocations outside the image", ret_problem);
    return EFI_SUCCESS;
}

struct pe_section pe_section_at(const struct pe_image *image, uint32_t index)
{
    struct pe_section_header header;
    memcpy(&header, image->file.data + image->section_table + (uint64_t)index * sizeof header,
           sizeof header);

    struct pe_section section = {
        .address = header.virtual_address,
        .size = header.virtual_size != 0 ? header.virtual_size : header.raw_size,
        .file_offset = header.raw_offset,
        .writable = (header.characteristics & PE_SCN_MEM_WRITE) != 0,
        .executable = (header.characteristics & PE_SCN_MEM_EXECUTE) != 0,
    };
    /* Raw data is padded to FileAlignment and may be longer than the section. Offset 0 would be the
     * headers: old linkers write a size without an offset for .bss. */
    section.file_size = header.raw_offset != 0 ? MIN(header.raw_size, section.size) : 0;
    memcpy(section.name, header.name, sizeof header.name);
    return section;
}

static bool sections_overlap(const struct pe_section *a, const struct pe_section *b)
{
    return (uint64_t)a->address < (uint64_t)b->address + b->size &&
           (uint64_t)b->address < (uint64_t)a->address + a->size;
}

static EFI_STATUS check_section(struct pe_image *image, uint32_t index, const char **ret_problem)
{
    struct pe_section section = pe_section_at(image, index);
    if (section.size == 0)
        return EFI_SUCCESS;
    if (!range_within(section.file_offset, section.file_size, image->file.size))
        return malformed("section outside the file", ret_problem);
    if (!range_within(section.address, section.size, image->image_size))
        return malformed("section outside the image", ret_problem);
    if (section.address < image->headers_size)
        return malformed("section overlaps the headers", ret_problem);
    for (uint32_t i = 0; i < index; i++) {
        struct pe_section other = pe_section_at(image, i);
        if (other.size != 0 && sections_overlap(&section, &other))
            return malformed("sections overlap", ret_problem);
    }
    if (!IS_ALIGNED(section.address, EFI_PAGE_SIZE))
        image->page_sections = false;
    return EFI_SUCCESS;
}

static EFI_STATUS check_entry_point(const struct pe_image *image, const char **ret_problem)
{
    for (uint32_t i = 0; i < image->section_count; i++) {
        struct pe_section section = pe_section_at(image, i);
        if (image->entry_point < section.address ||
            image->entry_point - section.address >= section.size)
            continue;
        if (!section.executable)
            return malformed("entry point in a section without code", ret_problem);
        return EFI_SUCCESS;
    }
    return malformed("entry point outside the sections", ret_problem);
}

EFI_STATUS pe_parse(const void *file, size_t size, struct pe_image *ret, const char **ret_problem)
{
    struct reader r = reader_make(file, size), optional;
    struct pe_image image = {.file = r};
    struct pe_file_header header;

    EFI_STATUS status = parse_file_header(&r, &header, ret_problem);
    if (EFI_ERROR(status))
        return status;
    if (!reader_window(&r, r.position, header.optional_header_size, &optional))
        return malformed("PE header outside the file", ret_problem);
    image.section_table = r.position + header.optional_header_size;
    image.section_count = header.section_count;
    image.relocations_stripped = (header.characteristics & PE_FILE_RELOCS_STRIPPED) != 0;

    status = parse_optional_header(&optional, &image, ret_problem);
    if (EFI_ERROR(status))
        return status;
    status = check_sizes(&image, ret_problem);
    if (EFI_ERROR(status))
        return status;

    image.page_sections = image.section_alignment >= EFI_PAGE_SIZE;
    for (uint32_t i = 0; i < image.section_count; i++) {
        status = check_section(&image, i, ret_problem);
        if (EFI_ERROR(status))
            return status;
    }
    status = check_entry_point(&image, ret_problem);
    if (EFI_ERROR(status))
        return status;
    *ret = image;
    return EFI_SUCCESS;
}

/* Where the next section above `address` begins, or the image ends. */
static uint64_t next_section(const struct pe_image *image, uint64_t address)
{
    uint64_t next = image->image_size;
    for (uint32_t i = 0; i < image->section_count; i++) {
        struct pe_section section = pe_section_at(image, i);
        if (section.size != 0 && section.address >= address)
            next = MIN(next, section.address);
    }
    return next;
}

/* Copies one piece and zeroes from its end to the next section. */
static void place(const struct pe_image *image, uint8_t *memory, uint64_t address, uint64_t offset,
                  uint64_t size, uint64_t end)
{
    memcpy(memory + address, image->file.data + offset, size);
    memset(memory + address + size, 0, next_section(image, end) - address - size);
}

void pe_place(const struct pe_image *image, uint8_t *memory)
{
    place(image, memory, 0, 0, image->headers_size, image->headers_size);
    for (uint32_t i = 0; i < image->section_count; i++) {
        struct pe_section s = pe_section_at(image, i);
        if (s.size != 0)
            place(image, memory, s.address, s.file_offset, s.file_size,
                  (uint64_t)s.address + s.size);
    }
}

static void add_to_halfword(uint8_t *where, uint32_t delta)
{
    uint16_t value;
    memcpy(&value, where, sizeof value);
    value = (uint16_t)(value + delta);
    memcpy(where, &value, sizeof value);
}

static EFI_STATUS apply_fixup(const struct pe_image *image, uint8_t *memory, uint64_t address,
                              unsigned type, uint64_t delta, const char **ret_problem)
{
    static const uint8_t sizes[] = {
        [PE_RELOCATION_HIGH] = 2,
        [PE_RELOCATION_LOW] = 2,
        [PE_RELOCATION_HIGHLOW] = 4,
        [PE_RELOCATION_DIR64] = 8,
    };
    if (type == PE_RELOCATION_ABSOLUTE)
        return EFI_SUCCESS;
    if (type >= ARRAY_SIZE(sizes) || sizes[type] == 0)
        return malformed("unknown relocation type", ret_problem);
    if (!range_within(address, sizes[type], image->image_size))
        return malformed("relocation outside the image", ret_problem);

    uint8_t *where = memory + address;
    uint32_t value32;
    uint64_t value;
    switch (type) {
    case PE_RELOCATION_HIGH:
        add_to_halfword(where, (uint32_t)delta >> 16);
        break;
    case PE_RELOCATION_LOW:
        add_to_halfword(where, (uint32_t)delta);
        break;
    case PE_RELOCATION_HIGHLOW:
        memcpy(&value32, where, sizeof value32);
        value = value32 + delta;
        if (value > UINT32_MAX)
            return malformed("32-bit relocation does not reach", ret_problem);
        value32 = (uint32_t)value;
        memcpy(where, &value32, sizeof value32);
        break;
    default:
        memcpy(&value, where, sizeof value);
        value += delta;
        memcpy(where, &value, sizeof value);
        break;
    }
    return EFI_SUCCESS;
}

EFI_STATUS pe_relocate(const struct pe_image *image, uint8_t *memory, uint64_t base,
                       const char **ret_problem)
{
    uint64_t delta = base - image->image_base;
    if (delta == 0)
        return EFI_SUCCESS;

    struct reader r = reader_make(memory + image->relocations.address, image->relocations.size);
    while (reader_left(&r) > 0) {
        struct pe_relocation_block block;
        if (!reader_copy(&r, &block, sizeof block) || block.size < sizeof block ||
            block.size % 2 != 0 || block.size - sizeof block > reader_left(&r))
            return malformed("malformed relocations", ret_problem);
        for (size_t left = (block.size - sizeof block) / 2; left > 0; left--) {
            uint16_t entry;
            if (!reader_u16(&r, &entry))
                return malformed("malformed relocations", ret_problem);
            EFI_STATUS status = apply_fixup(image, memory, (uint64_t)block.page + (entry & 0xfff),
                                            entry >> 12, delta, ret_problem);
            if (EFI_ERROR(status))
                return status;
        }
    }
    return EFI_SUCCESS;
}
