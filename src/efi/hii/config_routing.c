/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/hii/config_routing.h"

#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/hii/config_string.h"
#include "efi/locate.h"
#include "efi/protocol/hii_config_access.h"
#include "efi/text_writer.h"
#include "lib/memory.h"

/* Who has the device path that PATH spells. */
static EFI_STATUS find_driver(const struct config_section *section,
                              EFI_HII_CONFIG_ACCESS_PROTOCOL **ret)
{
    size_t size = section->path.length / 2;
    uint8_t *bytes CLEANUP_POOL = pool_alloc(size + 1);
    if (bytes == NULL)
        return EFI_OUT_OF_RESOURCES;
    if (!config_span_bytes(section->path, bytes) || device_path_size_bounded(bytes, size) == 0)
        return EFI_NOT_FOUND;
    EFI_HANDLE handle;
    EFI_DEVICE_PATH_PROTOCOL *path = (EFI_DEVICE_PATH_PROTOCOL *)bytes;
    EFI_STATUS status = locate_device_path(GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL), &path, &handle);
    if (EFI_ERROR(status) || !device_path_is_end(path))
        return EFI_NOT_FOUND;
    *ret = handle_interface(handle, GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL));
    return *ret != NULL ? EFI_SUCCESS : EFI_NOT_FOUND;
}

/* A string of its own for the driver: pool memory. */
static char16_t *copy_span(struct config_span span)
{
    char16_t *text = pool_alloc((span.length + 1) * sizeof *text);
    if (text == NULL)
        return NULL;
    memcpy(text, span.at, span.length * sizeof *text);
    text[span.length] = 0;
    return text;
}

static void text_string(struct text_writer *writer, const char16_t *text)
{
    for (; *text != 0; text++)
        text_char(writer, *text);
}

/* What a driver says of its copy, as a place in the caller's string. */
static EFI_STRING translate(const struct config_section *section, const char16_t *copy,
                            const char16_t *progress)
{
    size_t offset = progress != NULL && progress >= copy ? (size_t)(progress - copy) : 0;
    return (EFI_STRING)(uintptr_t)(section->whole.at + MIN(offset, section->whole.length));
}

static EFI_STATUS extract(const struct config_section *section, struct text_writer *writer,
                          EFI_STRING *progress)
{
    *progress = (EFI_STRING)(uintptr_t)section->whole.at;
    EFI_HII_CONFIG_ACCESS_PROTOCOL *access;
    EFI_STATUS status = find_driver(section, &access);
    if (EFI_ERROR(status))
        return status;
    char16_t *request CLEANUP_POOL = copy_span(section->whole), *stopped = NULL, *results = NULL;
    if (request == NULL)
        return EFI_OUT_OF_RESOURCES;
    status = access->ExtractConfig(access, request, &stopped, &results);
    if (EFI_ERROR(status)) {
        *progress = translate(section, request, stopped);
        return status;
    }
    if (results == NULL)
        return EFI_DEVICE_ERROR; /* the driver breaks its word */
    if (writer->length > 0)
        text_char(writer, '&');
    text_string(writer, results);
    pool_free(results);
    return EFI_SUCCESS;
}

/* Hands out the text, or frees it. */
static EFI_STATUS finish(struct text_writer *writer, EFI_STATUS status, EFI_STRING *ret)
{
    char16_t *text = text_finish(writer);
    if (text == NULL && !EFI_ERROR(status))
        status = EFI_OUT_OF_RESOURCES;
    if (EFI_ERROR(status)) {
        pool_free(text);
        return status;
    }
    *ret = text;
    return status;
}

static EFI_STATUS EFIAPI extract_config(const EFI_HII_CONFIG_ROUTING_PROTOCOL *This,
                                        const EFI_STRING Request, EFI_STRING *Progress,
                                        EFI_STRING *Results)
{
    if (Progress == NULL || Results == NULL)
        return EFI_INVALID_PARAMETER;
    *Progress = Request;
    if (Request == NULL)
        return EFI_INVALID_PARAMETER;
    struct text_writer writer = {0};
    const char16_t *at = Request;
    EFI_STATUS status = EFI_SUCCESS;
    do {
        struct config_section section;
        *Progress = (EFI_STRING)(uintptr_t)at;
        if (!config_section_next(&at, &section))
            status = EFI_INVALID_PARAMETER;
        else
            status = extract(&section, &writer, Progress);
    } while (!EFI_ERROR(status) && *at != 0);
    if (!EFI_ERROR(status))
        *Progress = (EFI_STRING)(uintptr_t)at;
    return finish(&writer, status, Results);
}

/* All that a driver has; one that fails is left out. */
static void export_driver(EFI_HANDLE handle, struct text_writer *writer)
{
    EFI_HII_CONFIG_ACCESS_PROTOCOL *access =
        handle_interface(handle, GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL));
    char16_t *stopped = NULL, *results = NULL;
    if (access == NULL)
        return;
    EFI_STATUS status = access->ExtractConfig(access, NULL, &stopped, &results);
    if (EFI_ERROR(status) || results == NULL)
        return;
    if (writer->length > 0)
        text_char(writer, '&');
    text_string(writer, results);
    pool_free(results);
}

static EFI_STATUS EFIAPI export_config(const EFI_HII_CONFIG_ROUTING_PROTOCOL *This,
                                       EFI_STRING *Results)
{
    if (Results == NULL)
        return EFI_INVALID_PARAMETER;
    struct text_writer writer = {0};
    size_t count = 0;
    EFI_HANDLE *drivers CLEANUP_POOL = NULL;
    EFI_STATUS status = efi_locate_handle_buffer(
        ByProtocol, GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL), NULL, &count, &drivers);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
        return status;
    for (size_t i = 0; i < count; i++)
        export_driver(drivers[i], &writer);
    return finish(&writer, EFI_SUCCESS, Results);
}

static EFI_STATUS route(const struct config_section *section, EFI_STRING *progress)
{
    EFI_HII_CONFIG_ACCESS_PROTOCOL *access;
    EFI_STATUS status = find_driver(section, &access);
    if (EFI_ERROR(status))
        return status;
    char16_t *configuration CLEANUP_POOL = copy_span(section->whole), *stopped = NULL;
    if (configuration == NULL)
        return EFI_OUT_OF_RESOURCES;
    status = access->RouteConfig(access, configuration, &stopped);
    if (EFI_ERROR(status))
        *progress = translate(section, configuration, stopped);
    return status;
}

static EFI_STATUS EFIAPI route_config(const EFI_HII_CONFIG_ROUTING_PROTOCOL *This,
                                      const EFI_STRING Configuration, EFI_STRING *Progress)
{
    if (Progress == NULL)
        return EFI_INVALID_PARAMETER;
    *Progress = Configuration;
    if (Configuration == NULL)
        return EFI_INVALID_PARAMETER;
    const char16_t *at = Configuration;
    do {
        struct config_section section;
        *Progress = (EFI_STRING)(uintptr_t)at;
        if (!config_section_next(&at, &section))
            return EFI_INVALID_PARAMETER;
        EFI_STATUS status = route(&section, Progress);
        if (EFI_ERROR(status))
            return status;
    } while (*at != 0);
    *Progress = (EFI_STRING)(uintptr_t)at;
    return EFI_SUCCESS;
}

EFI_HII_CONFIG_ROUTING_PROTOCOL hii_config_routing_protocol = {
    .ExtractConfig = extract_config,
    .ExportConfig = export_config,
    .RouteConfig = route_config,
    .BlockToConfig = hii_block_to_config,
    .ConfigToBlock = hii_config_to_block,
    .GetAltConfig = hii_get_alt_config,
};
