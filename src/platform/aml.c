/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/aml.h"

#include "core/log.h"
#include "lib/memory.h"
#include "platform/aml_walk.h"

#define EISA_PNP0A03 0x030ad041u
#define EISA_PNP0A08 0x080ad041u

enum device_kind {
    KIND_OTHER,
    KIND_BRIDGE,
    KIND_VIRTIO,
};

/* What the value of a _HID or _CID says. */
static enum device_kind kind_of(struct reader value)
{
    struct reader r = value;
    uint64_t id;
    if (aml_integer(&r, &id))
        return id == EISA_PNP0A03 || id == EISA_PNP0A08 ? KIND_BRIDGE : KIND_OTHER;
    const char *text;
    size_t length;
    if (!aml_string(&value, &text, &length))
        return KIND_OTHER;
    if (length == 7 && memcmp(text, "PNP0A0", 6) == 0 && (text[6] == '3' || text[6] == '8'))
        return KIND_BRIDGE;
    return length == 8 && memcmp(text, "LNRO0005", 8) == 0 ? KIND_VIRTIO : KIND_OTHER;
}

static void read_s5(struct reader value, struct aml_findings *findings)
{
    uint8_t count;
    struct reader elements;
    uint64_t a, b = 0;
    if (!aml_package(&value, &count, &elements) || count < 1 || !aml_integer(&elements, &a))
        return;
    if (count > 1 && !aml_integer(&elements, &b))
        return;
    findings->has_s5 = true;
    findings->s5_type_a = a & 7;
    findings->s5_type_b = b & 7;
}

static bool equal(const struct aml_path *a, const struct aml_path *b)
{
    return a->count == b->count && aml_path_within(a, b);
}

static struct aml_bridge *bridge_at(struct aml_findings *findings, const struct aml_path *path)
{
    for (size_t i = 0; i < findings->bridge_count; i++) {
        if (equal(&findings->bridges[i].path, path))
            return &findings->bridges[i];
    }
    return NULL;
}

static struct aml_virtio *virtio_at(struct aml_findings *findings, const struct aml_path *path)
{
    for (size_t i = 0; i < findings->virtio_count; i++) {
        if (equal(&findings->virtio[i].path, path))
            return &findings->virtio[i];
    }
    return NULL;
}

/* Behind a host bridge there are devices, and no other host bridge. */
static bool is_not_behind_bridge(void *context, const struct aml_path *path)
{
    const struct aml_findings *findings = context;
    for (size_t i = 0; i < findings->bridge_count; i++) {
        if (aml_path_within(path, &findings->bridges[i].path))
            return false;
    }
    return true;
}

static bool leads_to_found(void *context, const struct aml_path *path)
{
    const struct aml_findings *findings = context;
    for (size_t i = 0; i < findings->bridge_count; i++) {
        if (aml_path_within(&findings->bridges[i].path, path))
            return true;
    }
    for (size_t i = 0; i < findings->virtio_count; i++) {
        if (aml_path_within(&findings->virtio[i].path, path))
            return true;
    }
    return false;
}

static void add_bridge(struct aml_findings *findings, const struct aml_path *path)
{
    if (bridge_at(findings, path) != NULL)
        return;
    if (findings->bridge_count == AML_BRIDGES_MAX) {
        log_warning("DSDT: more than %d host bridges", AML_BRIDGES_MAX);
        return;
    }
    findings->bridges[findings->bridge_count++] = (struct aml_bridge){.path = *path};
}

static void add_virtio(struct aml_findings *findings, const struct aml_path *path)
{
    if (virtio_at(findings, path) != NULL)
        return;
    if (findings->virtio_count == AML_VIRTIO_MAX) {
        log_warning("DSDT: more than %d virtio devices", AML_VIRTIO_MAX);
        return;
    }
    findings->virtio[findings->virtio_count++] = (struct aml_virtio){.path = *path};
}

/* First pass: which objects are host bridges or virtio devices. A device's parts may be in several
 * Scope blocks. */
static void find_object(void *context, const struct aml_path *scope, uint32_t name,
                        struct reader value)
{
    struct aml_findings *findings = context;
    if (name == AML_NAME('_', 'S', '5', '_') && scope->count == 0)
        read_s5(value, findings);
    if (name != AML_NAME('_', 'H', 'I', 'D') && name != AML_NAME('_', 'C', 'I', 'D'))
        return;
    switch (kind_of(value)) {
    case KIND_BRIDGE:
        add_bridge(findings, scope);
        break;
    case KIND_VIRTIO:
        add_virtio(findings, scope);
        break;
    case KIND_OTHER:
        break;
    }
}

static void read_virtio(struct aml_virtio *virtio, uint32_t name, struct reader value)
{
    struct reader bytes;
    uint64_t base, size;
    if (name == AML_NAME('_', 'C', 'R', 'S') && aml_buffer(&value, &bytes) &&
        aml_read_fixed_memory(bytes, &base, &size)) {
        virtio->base = base;
        virtio->size = size;
    }
}

/* Second pass: what they say. */
static void read_object(void *context, const struct aml_path *scope, uint32_t name,
                        struct reader value)
{
    if (name != AML_NAME('_', 'S', 'E', 'G') && name != AML_NAME('_', 'B', 'B', 'N') &&
        name != AML_NAME('_', 'C', 'B', 'A') && name != AML_NAME('_', 'C', 'R', 'S') &&
        name != AML_NAME('_', 'U', 'I', 'D'))
        return;
    struct aml_virtio *virtio = virtio_at(context, scope);
    if (virtio != NULL)
        read_virtio(virtio, name, value);
    struct aml_bridge *bridge = bridge_at(context, scope);
    if (bridge == NULL)
        return;
    uint64_t number;
    struct reader bytes;
    if (name == AML_NAME('_', 'C', 'R', 'S')) {
        if (aml_buffer(&value, &bytes))
            aml_read_resources(bytes, &((struct aml_findings *)context)->windows, bridge);
        return;
    }
    if (!aml_integer(&value, &number))
        return;
    if (name == AML_NAME('_', 'S', 'E', 'G') && number <= UINT16_MAX)
        bridge->segment = (uint16_t)number;
    if (name == AML_NAME('_', 'B', 'B', 'N') && number <= UINT8_MAX)
        bridge->bus = (uint8_t)number;
    if (name == AML_NAME('_', 'U', 'I', 'D') && number <= UINT32_MAX) {
        bridge->has_uid = true;
        bridge->uid = (uint32_t)number;
    }
    if (name == AML_NAME('_', 'C', 'B', 'A')) {
        bridge->has_cba = true;
        bridge->cba = number;
    }
}

void aml_read(struct reader code, struct aml_findings *ret)
{
    ret->windows.count = 0;
    ret->has_s5 = false;
    ret->bridge_count = 0;
    ret->virtio_count = 0;
    const struct aml_visitor find = {is_not_behind_bridge, find_object, ret};
    aml_walk(code, &find);
    if (ret->bridge_count + ret->virtio_count == 0)
        return;
    const struct aml_visitor read = {leads_to_found, read_object, ret};
    aml_walk(code, &read);
}
