/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "runtime/runtime.h"

/* The interface's functions of these names (runtime.h). */
EFI_STATUS virtual_add_driver(const struct runtime_driver *driver);
EFI_STATUS virtual_remove_driver(uint64_t base);
EFI_STATUS virtual_add_event(EFI_EVENT event, EFI_EVENT_NOTIFY function, void *context,
                             EFI_TPL tpl);
EFI_STATUS virtual_remove_event(EFI_EVENT event);
void virtual_set_memory_map(const EFI_MEMORY_DESCRIPTOR *memory_map, size_t count);
