/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/model/handles.h"

/* Who manages what, as the firmware's books have it (UEFI 2.10 §7.3: OpenProtocolInformation). */

struct relations {
    struct handles drivers;  /* agents that have something of the handle open BY_DRIVER */
    struct handles children; /* controllers that some driver made on it */
    struct handles parents;  /* controllers that it was made on */
};

/* Of every handle at once, since parents stand in the books of others. `of(handle)` is by index of
 * `all`. */
struct family {
    struct handles all;
    struct relations *relations;
};

EFI_STATUS family_read(struct arena *arena, struct family *ret) MUST_CHECK;

/* Only the drivers of one handle. */
EFI_STATUS drivers_of(struct arena *arena, EFI_HANDLE handle, struct handles *ret) MUST_CHECK;

/* NULL when the handle is not in it. */
const struct relations *family_of(const struct family *family, EFI_HANDLE handle);

/* How many controllers the driver manages, and how many children it made. */
void family_count_of_driver(const struct family *family, EFI_HANDLE driver, size_t *ret_managed,
                            size_t *ret_children);

/* Is it a controller: has it a driver, a parent or children? */
bool is_controller(const struct relations *relations);
