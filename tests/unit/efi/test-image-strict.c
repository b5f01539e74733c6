/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* cloudhv.nx=strict: a program of its own, since the host is asked once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "efi/image.h"
#include "efi/image_memory.h"
#include "efi/pe.h"
#include "platform/machine.h"
#include "unit/efi/tiny-pe.h"

static struct image old_image;

const char *host_option(const char *key)
{
    return strcmp(key, "nx") == 0 ? "strict" : NULL;
}

const struct image *image_current(void)
{
    return &old_image;
}

static EFI_STATUS check(const struct tiny_pe *file)
{
    struct pe_image image;
    const char *problem = "";
    assert_int_equal(pe_parse(file, sizeof *file, &image, &problem), EFI_SUCCESS);
    EFI_STATUS status = image_memory_check(&image, &problem);
    assert_string_equal(problem, EFI_ERROR(status) ? "refused by cloudhv.nx=strict" : "");
    return status;
}

static void test_images(void **state)
{
    struct tiny_pe pe = tiny_pe();
    assert_int_equal(check(&pe), EFI_SUCCESS);
    pe.h.optional.dll_characteristics = 0;
    assert_int_equal(check(&pe), EFI_UNSUPPORTED);
    pe = tiny_pe();
    pe.h.optional.section_alignment = 0x200;
    assert_int_equal(check(&pe), EFI_UNSUPPORTED);
    pe = tiny_pe();
    pe.h.sections[TINY_SECTION_TEXT].characteristics |= PE_SCN_MEM_WRITE;
    assert_int_equal(check(&pe), EFI_UNSUPPORTED);
}

static void test_memory(void **state)
{
    assert_int_equal(image_allocation_access(), PAGE_READ_WRITE);
    assert_true(image_memory_protocol_offered());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
