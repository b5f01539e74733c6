/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Package lists for tests of the HII protocols: built byte by byte. */
#include <string.h>

#include "efi/guid.h"
#include "efi/hii/database.h"
#include "unit/efi/handle-fixture.h"

static EFI_HII_DATABASE_PROTOCOL *database = &hii_database_protocol;

struct bytes {
    uint8_t data[4096];
    size_t size;
    size_t package; /* where the open package begins */
};

static inline void put(struct bytes *b, const void *data, size_t size)
{
    assert_true(b->size + size <= sizeof b->data);
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

static inline void put8(struct bytes *b, uint8_t value)
{
    put(b, &value, sizeof value);
}

static inline void put16(struct bytes *b, uint16_t value)
{
    put(b, &value, sizeof value);
}

static inline void put32(struct bytes *b, uint32_t value)
{
    put(b, &value, sizeof value);
}

static inline void begin_list(struct bytes *b, const EFI_GUID *guid)
{
    b->size = 0;
    put(b, guid, sizeof *guid);
    put32(b, 0);
}

static inline void begin_package(struct bytes *b, uint8_t type)
{
    b->package = b->size;
    put32(b, (uint32_t)type << 24);
}

static inline void end_package(struct bytes *b)
{
    uint32_t header;
    memcpy(&header, b->data + b->package, 4);
    header |= (uint32_t)(b->size - b->package);
    memcpy(b->data + b->package, &header, 4);
}

static inline const EFI_HII_PACKAGE_LIST_HEADER *end_list(struct bytes *b)
{
    begin_package(b, EFI_HII_PACKAGE_END);
    end_package(b);
    uint32_t size = (uint32_t)b->size;
    memcpy(b->data + 16, &size, 4);
    return (const EFI_HII_PACKAGE_LIST_HEADER *)b->data;
}

static inline void put_guid_package(struct bytes *b, const EFI_GUID *guid, uint8_t content)
{
    begin_package(b, EFI_HII_PACKAGE_TYPE_GUID);
    put(b, guid, sizeof *guid);
    put8(b, content);
    end_package(b);
}

static inline void begin_strings(struct bytes *b, const char *language)
{
    uint32_t header = (uint32_t)(46 + strlen(language) + 1);
    uint8_t windows[32] = {0};
    begin_package(b, EFI_HII_PACKAGE_STRINGS);
    put32(b, header);
    put32(b, header);
    put(b, windows, sizeof windows);
    put16(b, 0);
    put(b, language, strlen(language) + 1);
}

static inline void put_ucs2(struct bytes *b, const char16_t *text)
{
    do
        put16(b, *text);
    while (*text++ != 0);
}

static inline EFI_HII_HANDLE add_list(const EFI_HII_PACKAGE_LIST_HEADER *list)
{
    EFI_HII_HANDLE handle = NULL;
    assert_int_equal(database->NewPackageList(database, list, NULL, &handle), EFI_SUCCESS);
    assert_non_null(handle);
    return handle;
}

static inline int hii_teardown(void **state)
{
    hii_database_reset();
    return teardown(state);
}
