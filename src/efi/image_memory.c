/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/image_memory.h"

#include "core/log.h"
#include "efi/image.h"
#include "lib/ascii.h"
#include "platform/machine.h"

enum policy {
    POLICY_UNKNOWN,
    POLICY_COMPAT,
    POLICY_STRICT,
    POLICY_NO_PROTOCOL,
};

static enum policy policy_from_host(void)
{
    const char *option = host_option("nx");
    if (option == NULL || ascii_equal(option, "compat"))
        return POLICY_COMPAT;
    if (ascii_equal(option, "strict"))
        return POLICY_STRICT;
    if (ascii_equal(option, "no-protocol"))
        return POLICY_NO_PROTOCOL;
    log_warning("cloudhv.nx=%s is not known: compat, strict and no-protocol are", option);
    return POLICY_COMPAT;
}

static enum policy get_policy(void)
{
    static enum policy policy;
    if (policy == POLICY_UNKNOWN)
        policy = policy_from_host();
    return policy;
}

enum page_access image_allocation_access(void)
{
    const struct image *image = image_current();
    if (image == NULL || image->nx_compatible || get_policy() == POLICY_STRICT)
        return PAGE_READ_WRITE;
    return PAGE_ALL;
}

bool image_memory_protocol_offered(void)
{
    return get_policy() != POLICY_NO_PROTOCOL;
}

static bool has_writable_code(const struct pe_image *image)
{
    for (uint32_t i = 0; i < image->section_count; i++) {
        struct pe_section section = pe_section_at(image, i);
        if (section.size != 0 && section.writable && section.executable)
            return true;
    }
    return false;
}

EFI_STATUS image_memory_check(const struct pe_image *image, const char **ret_problem)
{
    if (get_policy() != POLICY_STRICT)
        return EFI_SUCCESS;
    if (image->nx_compatible && image->page_sections && !has_writable_code(image))
        return EFI_SUCCESS;
    *ret_problem = "refused by cloudhv.nx=strict";
    return EFI_UNSUPPORTED;
}

static enum page_access access_of(const struct pe_section *section)
{
    if (section->executable)
        return section->writable ? PAGE_ALL : PAGE_READ_EXECUTE;
    return section->writable ? PAGE_READ_WRITE : PAGE_READ;
}

EFI_STATUS image_memory_protect(const struct pe_image *image, uint64_t base, const char *name)
{
    if (!image->page_sections) {
        log_debug("%s: sections share pages: all of it may be written and executed", name);
        return paging_protect(base, image->image_size, PAGE_ALL);
    }
    if (has_writable_code(image))
        log_debug("%s: has code that may be written", name);

    /* What no section claims may be written: it is the image's, and not code. The pages are all
     * alike, as they were allocated, and mostly right already. */
    EFI_STATUS status = EFI_SUCCESS;
    if (paging_query(base) != PAGE_READ_WRITE)
        status = paging_protect(base, image->image_size, PAGE_READ_WRITE);
    if (!EFI_ERROR(status))
        status =
            paging_protect(base, ALIGN_UP((uint64_t)image->headers_size, EFI_PAGE_SIZE), PAGE_READ);
    for (uint32_t i = 0; i < image->section_count && !EFI_ERROR(status); i++) {
        struct pe_section section = pe_section_at(image, i);
        if (section.size != 0 && access_of(&section) != PAGE_READ_WRITE)
            status = paging_protect(base + section.address,
                                    ALIGN_UP((uint64_t)section.size, EFI_PAGE_SIZE),
                                    access_of(&section));
    }
    return status;
}
