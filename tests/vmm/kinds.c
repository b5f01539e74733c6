/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <string.h>

#include "vmm/kind.h"

const struct machine_kind *kind_named(const char *name)
{
    static const struct machine_kind *const kinds[] = {&cloud_hypervisor, &firecracker};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    }
    return NULL;
}
