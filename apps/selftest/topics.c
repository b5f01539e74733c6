/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/topics.h"

#define TOPICS_BEFORE_EXIT(item)                                                                   \
    item(event) item(group) item(timer) item(tpl) item(memory) item(handle) item(open)             \
        item(locate) item(driver) item(disconnect) item(image) item(start) item(exhaustion)        \
            item(misc) item(clock) item(variable) item(block) item(file) item(file_info)           \
                item(console) item(small) item(serial) item(collation) item(decompress) item(acpi) \
                    item(smbios) item(processors) item(ram_disk) item(pci) item(pci_dma)           \
                        item(pci_root) item(hii) item(hii_string) item(hii_font) item(hii_config)  \
                            item(network) item(path) item(hostile)
#define TOPICS_AFTER_EXIT(item) item(exit) item(attributes) item(runtime) item(map_errors)
#define TOPICS_VIRTUAL(item)    item(virtual) item(converted)

#define DECLARE(name) extern const struct topic topic_##name;
#define ADDRESS(name) &topic_##name,

TOPICS_BEFORE_EXIT(DECLARE)
TOPICS_AFTER_EXIT(DECLARE)
TOPICS_VIRTUAL(DECLARE)

/* In this order: what later tests rely on comes first. */
const struct topic *const topics_before_exit[] = {TOPICS_BEFORE_EXIT(ADDRESS) NULL};
const struct topic *const topics_after_exit[] = {TOPICS_AFTER_EXIT(ADDRESS) NULL};
const struct topic *const topics_virtual[] = {TOPICS_VIRTUAL(ADDRESS) NULL};
