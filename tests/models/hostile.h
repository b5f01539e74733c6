/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/bus.h"

/* A VMM that writes into memory which a driver shares with its device at any time: whenever the
 * driver touches the device, looks at the clock or orders its accesses, and, where clang has put
 * calls before the driver's loads (-fsanitize-coverage=trace-loads), between any two of them, also
 * to the very bytes that are about to be read. What is shared is what pool_alloc_pages() has given,
 * and what was shown. */

/* On the current bus and clock, from here on, when the input's first bytes say so; they also say
 * what is written, and when. */
void hostile_begin(const uint8_t *data, size_t size);
void hostile_end(void);

/* True in one of `n` hostile runs, for what a device never does. Ask before the run's other things
 * are asked for. */
bool hostile_one_in(unsigned n);

/* A caller's buffer that a request is about, until it is hidden; both do nothing in a peaceful
 * run. */
void hostile_show(void *memory, size_t size);
void hostile_hide(const void *memory);

/* What device models see: nothing but what is shared, since addresses in scribbled memory may be
 * any. In a peaceful run it is identity_memory. */
extern const struct guest_memory hostile_memory;

/* Now is a moment to write. */
void hostile_moment(void);

/* So many times memory was written to since the program began. */
extern unsigned long hostile_writes;
