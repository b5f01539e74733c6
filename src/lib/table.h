/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Linker tables (DESIGN decision 12): objects that register themselves by being linked.
 *
 *   TABLE_ENTRY(struct driver, drivers, virtio_blk) = { … };
 *   TABLE_FOR_EACH(const struct driver, d, drivers) { … }
 *
 * The section name is a C identifier, so that the linker makes __start_ and __stop_ symbols by
 * itself, on the host too. Entries come in link order; nothing may depend on the order. */
#define TABLE_ENTRY(type, table, name)                                                             \
    static const type name __attribute__((used, retain, section("table_" #table), aligned(8)))

#define TABLE_FOR_EACH(type, variable, table)                                                      \
    extern type __start_table_##table[] __attribute__((visibility("hidden")));                     \
    extern type __stop_table_##table[] __attribute__((visibility("hidden")));                      \
    for (type *variable = __start_table_##table; variable < __stop_table_##table; variable++)
