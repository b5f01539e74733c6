/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "efi/pe.h"
#include "unit/efi/tiny-pe.h"

/* Parses an exact heap copy, so that ASan sees a read past the end of the file. */
static EFI_STATUS parse(const void *bytes, size_t size, struct pe_image *ret, const char **problem)
{
    void *copy = malloc(size > 0 ? size : 1);
    memcpy(copy, bytes, size);
    EFI_STATUS status = pe_parse(copy, size, ret, problem);
    free(copy);
    return status;
}

static void expect(const struct tiny_pe *pe, EFI_STATUS expected, const char *expected_problem)
{
    struct pe_image image;
    const char *problem = "";
    EFI_STATUS status = parse(pe, sizeof *pe, &image, &problem);
    assert_string_equal(problem, expected_problem);
    assert_int_equal(status, expected);
}

static void test_sound(void **state)
{
    struct tiny_pe pe = tiny_pe();
    struct pe_image image;
    const char *problem = NULL;
    assert_int_equal(parse(&pe, sizeof pe, &image, &problem), EFI_SUCCESS);
    assert_null(problem);
    assert_int_equal(image.image_base, TINY_BASE);
    assert_int_equal(image.image_size, TINY_IMAGE_SIZE);
    assert_int_equal(image.entry_point, TINY_TEXT);
    assert_int_equal(image.section_count, TINY_SECTIONS);
    assert_int_equal(image.subsystem, PE_SUBSYSTEM_EFI_APPLICATION);
    assert_true(image.nx_compatible);
    assert_true(image.page_sections);
    assert_false(image.relocations_stripped);
    assert_int_equal(image.relocations.address, TINY_RELOC);
}

static void test_place_and_relocate(void **state)
{
    struct tiny_pe pe = tiny_pe();
    struct pe_image image;
    const char *problem;
    assert_int_equal(pe_parse(&pe, sizeof pe, &image, &problem), EFI_SUCCESS);

    uint8_t *memory = malloc(image.image_size);
    memset(memory, 0xee, image.image_size);
    pe_place(&image, memory);
    assert_memory_equal(memory, &pe, 0x400);
    assert_int_equal(memory[0x400], 0);
    assert_int_equal(memory[TINY_TEXT - 1], 0);
    assert_int_equal(memory[TINY_TEXT], 0xc3);
    assert_int_equal(memory[TINY_TEXT + 0x17f], 0x90);
    assert_int_equal(memory[TINY_TEXT + 0x180], 0); /* longer in the file than in memory */
    assert_int_equal(memory[TINY_DATA + 0x1ff], 0xdd);
    for (size_t i = 0x200; i < TINY_DATA_SIZE; i++)
        assert_int_equal(memory[TINY_DATA + i], 0);
    assert_int_equal(memory[TINY_IMAGE_SIZE - 1], 0);

    uint64_t pointer, base = 0x7f000000;
    uint32_t pointer32;
    assert_int_equal(pe_relocate(&image, memory, base, &problem), EFI_SUCCESS);
    memcpy(&pointer, memory + TINY_DATA, sizeof pointer);
    memcpy(&pointer32, memory + TINY_DATA + 8, sizeof pointer32);
    assert_int_equal(pointer, base + TINY_TEXT + 0x10);
    assert_int_equal(pointer32, base + TINY_TEXT + 0x20);
    assert_int_equal(memory[TINY_DATA + 12], 0xdd);
    free(memory);
}

/* Places a broken image and tells what relocating it says. */
static const char *relocation_problem(const struct tiny_pe *pe, uint64_t base)
{
    struct pe_image image;
    const char *problem = "none";
    assert_int_equal(pe_parse(pe, sizeof *pe, &image, &problem), EFI_SUCCESS);
    uint8_t *memory = malloc(image.image_size);
    pe_place(&image, memory);
    EFI_STATUS status = pe_relocate(&image, memory, base, &problem);
    free(memory);
    assert_int_equal(status, strcmp(problem, "none") == 0 ? EFI_SUCCESS : EFI_LOAD_ERROR);
    return problem;
}

static void test_bad_relocations(void **state)
{
    const uint64_t base = 0x20000000;
    struct tiny_pe pe = tiny_pe();
    assert_string_equal(relocation_problem(&pe, base), "none");

    static const uint32_t bad_sizes[] = {0, 1, 4, 7, 15, 18, 0xfffffff0, 0xffffffff};
    for (size_t i = 0; i < ARRAY_SIZE(bad_sizes); i++) {
        pe = tiny_pe();
        pe.relocations.block.size = bad_sizes[i];
        assert_string_equal(relocation_problem(&pe, base), "malformed relocations");
        /* At its own base an image needs none. */
        assert_string_equal(relocation_problem(&pe, TINY_BASE), "none");
    }

    pe = tiny_pe(); /* less than a header is left */
    pe.h.directories[PE_DIRECTORY_RELOCATION].size = 20;
    assert_string_equal(relocation_problem(&pe, base), "malformed relocations");

    pe = tiny_pe(); /* shim has a block of 10 bytes */
    pe.h.directories[PE_DIRECTORY_RELOCATION].size = pe.relocations.block.size = 10;
    pe.relocations.entries[0] = 0;
    assert_string_equal(relocation_problem(&pe, base), "none");

    for (unsigned type = 4; type < 16; type++) {
        pe = tiny_pe();
        pe.relocations.entries[2] = (uint16_t)(type << 12);
        assert_string_equal(relocation_problem(&pe, base),
                            type == PE_RELOCATION_DIR64 ? "none" : "unknown relocation type");
    }

    static const uint32_t bad_pages[] = {TINY_IMAGE_SIZE, 0x7ffff000, 0xffffffff};
    for (size_t i = 0; i < ARRAY_SIZE(bad_pages); i++) {
        pe = tiny_pe();
        pe.relocations.block.page = bad_pages[i];
        assert_string_equal(relocation_problem(&pe, base), "relocation outside the image");
    }

    pe = tiny_pe(); /* seven bytes before the end */
    pe.relocations.block.page = TINY_IMAGE_SIZE - 0x1000;
    pe.relocations.entries[0] = PE_RELOCATION_DIR64 << 12 | 0xff9;
    assert_string_equal(relocation_problem(&pe, base), "relocation outside the image");

    pe = tiny_pe();
    assert_string_equal(relocation_problem(&pe, 0x100000000), "32-bit relocation does not reach");
}

static void test_not_for_us(void **state)
{
    struct tiny_pe pe = tiny_pe();
    pe.h.file.machine = 0xaa64;
    expect(&pe, EFI_UNSUPPORTED, "made for another machine");
    pe = tiny_pe();
    pe.h.optional.magic = PE_MAGIC_PE32;
    expect(&pe, EFI_UNSUPPORTED, "not PE32+");
    pe = tiny_pe();
    pe.h.optional.subsystem = 3;
    expect(&pe, EFI_UNSUPPORTED, "not made for EFI");
}

static void test_bad_headers(void **state)
{
    struct tiny_pe pe = tiny_pe();
    pe.h.magic = 0;
    expect(&pe, EFI_LOAD_ERROR, "not a PE image");
    pe = tiny_pe();
    pe.h.signature++;
    expect(&pe, EFI_LOAD_ERROR, "not a PE image");
    pe = tiny_pe();
    pe.h.lfanew = sizeof pe - 10;
    expect(&pe, EFI_LOAD_ERROR, "PE header outside the file");
    pe.h.lfanew = 0xffffffff;
    expect(&pe, EFI_LOAD_ERROR, "PE header outside the file");
    pe = tiny_pe();
    pe.h.file.characteristics = 0;
    expect(&pe, EFI_LOAD_ERROR, "not marked as executable");
    pe = tiny_pe();
    pe.h.file.optional_header_size = 0xffff;
    expect(&pe, EFI_LOAD_ERROR, "PE header outside the file");
    pe.h.file.optional_header_size = 111;
    expect(&pe, EFI_LOAD_ERROR, "optional header too short");
    pe.h.file.optional_header_size = 1;
    expect(&pe, EFI_LOAD_ERROR, "optional header too short");
    pe = tiny_pe();
    pe.h.optional.directory_count = 7;
    expect(&pe, EFI_LOAD_ERROR, "optional header too short");
    pe.h.optional.directory_count = 0xffffffff;
    expect(&pe, EFI_LOAD_ERROR, "optional header too short");

    pe = tiny_pe();
    pe.h.optional.headers_size = sizeof pe + 1;
    expect(&pe, EFI_LOAD_ERROR, "headers outside the file");
    pe.h.optional.headers_size = 0x100;
    expect(&pe, EFI_LOAD_ERROR, "section table outside the headers");
    pe = tiny_pe();
    pe.h.file.section_count = 0xffff;
    expect(&pe, EFI_LOAD_ERROR, "section table outside the headers");

    static const uint32_t bad_alignments[] = {0, 3, 0x1001, 0xffffffff};
    for (size_t i = 0; i < ARRAY_SIZE(bad_alignments); i++) {
        pe = tiny_pe();
        pe.h.optional.section_alignment = bad_alignments[i];
        expect(&pe, EFI_LOAD_ERROR, "section alignment is not a power of two");
    }
    pe = tiny_pe();
    pe.h.optional.image_size = 0;
    expect(&pe, EFI_LOAD_ERROR, "wrong image size");
    pe = tiny_pe();
    pe.h.directories[PE_DIRECTORY_RELOCATION].address = TINY_IMAGE_SIZE - 15;
    expect(&pe, EFI_LOAD_ERROR, "relocations outside the image");
    pe.h.directories[PE_DIRECTORY_RELOCATION].address = 0xffffffff;
    expect(&pe, EFI_LOAD_ERROR, "relocations outside the image");
}

static void test_bad_sections(void **state)
{
    struct tiny_pe pe = tiny_pe();
    struct pe_section_header *data = &pe.h.sections[TINY_SECTION_DATA];
    data->raw_offset = sizeof pe - 0x1ff;
    expect(&pe, EFI_LOAD_ERROR, "section outside the file");
    data->raw_offset = 0xffffffff;
    expect(&pe, EFI_LOAD_ERROR, "section outside the file");

    pe = tiny_pe();
    data->virtual_size = TINY_IMAGE_SIZE;
    expect(&pe, EFI_LOAD_ERROR, "section outside the image");
    data->virtual_size = 0xffffffff;
    expect(&pe, EFI_LOAD_ERROR, "section outside the image");
    pe = tiny_pe();
    data->virtual_address = 0xfffff000;
    expect(&pe, EFI_LOAD_ERROR, "section outside the image");

    pe = tiny_pe();
    data->virtual_address = 0x200;
    data->virtual_size = 0x100;
    expect(&pe, EFI_LOAD_ERROR, "section overlaps the headers");
    pe = tiny_pe();
    data->virtual_size = 0x2001;
    expect(&pe, EFI_LOAD_ERROR, "sections overlap");
    data->virtual_size = 0;
    data->raw_size = 0x400; /* the size in the file counts then */
    expect(&pe, EFI_SUCCESS, "");

    pe = tiny_pe();
    pe.h.optional.entry_point = TINY_DATA;
    expect(&pe, EFI_LOAD_ERROR, "entry point in a section without code");
    pe.h.optional.entry_point = TINY_TEXT + 0x180;
    expect(&pe, EFI_LOAD_ERROR, "entry point outside the sections");
    pe.h.optional.entry_point = 0;
    expect(&pe, EFI_LOAD_ERROR, "entry point outside the sections");
    pe = tiny_pe();
    pe.h.file.section_count = 0;
    expect(&pe, EFI_LOAD_ERROR, "entry point outside the sections");
}

/* What linkers really write. */
static void test_accepted_oddities(void **state)
{
    struct pe_image image;
    const char *problem;

    struct tiny_pe pe = tiny_pe(); /* the kernel: no relocations, and fewer directories */
    pe.h.optional.directory_count = 5;
    assert_int_equal(parse(&pe, sizeof pe, &image, &problem), EFI_SUCCESS);
    assert_int_equal(image.relocations.size, 0);

    pe = tiny_pe(); /* .bss with a size in the file, but no place */
    pe.h.sections[TINY_SECTION_DATA].raw_offset = 0;
    assert_int_equal(pe_parse(&pe, sizeof pe, &image, &problem), EFI_SUCCESS);
    assert_int_equal(pe_section_at(&image, TINY_SECTION_DATA).file_size, 0);

    pe = tiny_pe(); /* systemd-boot 252: SectionAlignment 0x200, and a SizeOfImage of odd size */
    pe.h.optional.section_alignment = 0x200;
    pe.h.optional.image_size = TINY_IMAGE_SIZE - 0xcc0;
    pe.h.sections[TINY_SECTION_RELOC].virtual_address = TINY_RELOC + 0x40;
    assert_int_equal(parse(&pe, sizeof pe, &image, &problem), EFI_SUCCESS);
    assert_int_equal(image.image_size, TINY_IMAGE_SIZE);
    assert_false(image.page_sections);

    pe = tiny_pe(); /* sections that share a page cannot be protected, whatever SectionAlignment
                       says */
    pe.h.sections[TINY_SECTION_RELOC].virtual_address = TINY_RELOC - 0x400;
    assert_int_equal(parse(&pe, sizeof pe, &image, &problem), EFI_SUCCESS);
    assert_false(image.page_sections);

    pe = tiny_pe(); /* an empty section anywhere */
    pe.h.sections[TINY_SECTION_RELOC] = (struct pe_section_header){.virtual_address = 0xfffffff0};
    assert_int_equal(parse(&pe, sizeof pe, &image, &problem), EFI_SUCCESS);

    pe = tiny_pe();
    pe.h.optional.section_alignment = 0x200000;
    assert_int_equal(parse(&pe, sizeof pe, &image, &problem), EFI_SUCCESS);
    assert_int_equal(image.image_size, 0x200000);

    pe = tiny_pe();
    memcpy(pe.h.sections[TINY_SECTION_TEXT].name, "12345678", 8);
    assert_int_equal(pe_parse(&pe, sizeof pe, &image, &problem), EFI_SUCCESS);
    assert_string_equal(pe_section_at(&image, TINY_SECTION_TEXT).name, "12345678");
}

static void test_truncated(void **state)
{
    struct tiny_pe pe = tiny_pe();
    struct pe_image image;
    const char *problem;
    for (size_t size = 0; size < 0x800 + 16; size++)
        assert_int_equal(parse(&pe, size, &image, &problem), EFI_LOAD_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_place_and_relocate),
        cmocka_unit_test(test_bad_relocations),
        cmocka_unit_test(test_not_for_us),
        cmocka_unit_test(test_bad_headers),
        cmocka_unit_test(test_bad_sections),
        cmocka_unit_test(test_accepted_oddities),
        cmocka_unit_test(test_truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
