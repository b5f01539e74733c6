/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "platform/machine.h"

/* The largest window of a kind that a segment has; one of size 0 when it has none. */
static inline const struct pci_window *window_of(const struct pci_segment *segment,
                                                 enum pci_window_kind kind)
{
    static const struct pci_window none = {0};
    const struct pci_window *found = &none;
    for (size_t i = 0; i < segment->window_count; i++) {
        if (segment->windows[i].kind == kind && segment->windows[i].size > found->size)
            found = &segment->windows[i];
    }
    return found;
}

/* For a segment that a test makes: .windows and .window_count of an array. */
#define WINDOWS(array) .windows = (array), .window_count = sizeof(array) / sizeof(array)[0]
