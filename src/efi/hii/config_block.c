/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Configuration strings of blocks of bytes, and parts of strings (UEFI 2.10 §35.4.5 to §35.4.7). */
#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/hii/config_routing.h"
#include "efi/hii/config_string.h"
#include "efi/text_writer.h"
#include "lib/ascii.h"
#include "lib/checked.h"
#include "lib/ucs2.h"

/* The first '&' before an element, or the string's beginning: where a failure is reported. */
static EFI_STRING before(const struct config_element *element, const char16_t *string)
{
    return (EFI_STRING)(uintptr_t)(element->start > string ? element->start - 1 : string);
}

/* A string may begin with a routing header, and with its elements where there is none. */
static struct config_span elements_of(const char16_t *string, struct config_span *ret_header)
{
    struct config_section section;
    const char16_t *at = string;
    *ret_header = (struct config_span){string, 0};
    if (!config_section_next(&at, &section))
        return (struct config_span){string, ucs2_length(string, SIZE_MAX)};
    *ret_header = section.header;
    return section.elements;
}

static bool take_number(struct config_span *elements, const char *name, struct config_element *ret,
                        uint64_t *ret_number)
{
    return config_element_next(elements, ret) && ret->has_value &&
           config_span_is(ret->name, name) && config_span_number(ret->value, ret_number);
}

/* OFFSET=…&WIDTH=…; `*first` is its first element. */
static bool take_block_name(struct config_span *elements, struct config_element *first,
                            uint64_t *ret_offset, uint64_t *ret_width)
{
    struct config_element second;
    return take_number(elements, "OFFSET", first, ret_offset) &&
           take_number(elements, "WIDTH", &second, ret_width);
}

static void write_span(struct text_writer *writer, const char16_t *from, const char16_t *to)
{
    for (; from < to; from++)
        text_char(writer, *from);
}

static EFI_STATUS write_values(const char16_t *request, const uint8_t *block, size_t block_size,
                               struct text_writer *writer, EFI_STRING *progress)
{
    struct config_span header, elements = elements_of(request, &header);
    write_span(writer, header.at, header.at + header.length);
    while (elements.length > 0) {
        struct config_element first = {.start = elements.at};
        const char16_t *start = elements.at;
        uint64_t offset, width;
        bool good = take_block_name(&elements, &first, &offset, &width);
        *progress = before(&first, request);
        if (!good)
            return EFI_INVALID_PARAMETER;
        if (!range_within(offset, width, block_size))
            return EFI_DEVICE_ERROR;
        if (writer->length > 0)
            text_char(writer, '&');
        write_span(writer, start, elements.length > 0 ? elements.at - 1 : elements.at);
        text_print(writer, "&VALUE=");
        for (uint64_t i = width; i > 0; i--)
            text_hex(writer, &block[offset + i - 1], 1);
    }
    *progress = (EFI_STRING)(uintptr_t)elements.at;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI hii_block_to_config(const EFI_HII_CONFIG_ROUTING_PROTOCOL *This,
                                      const EFI_STRING ConfigRequest, const uint8_t *Block,
                                      size_t BlockSize, EFI_STRING *Config, EFI_STRING *Progress)
{
    if (Progress == NULL || Config == NULL)
        return EFI_INVALID_PARAMETER;
    *Progress = ConfigRequest;
    if (ConfigRequest == NULL || Block == NULL)
        return EFI_INVALID_PARAMETER;
    struct text_writer writer = {0};
    EFI_STATUS status = write_values(ConfigRequest, Block, BlockSize, &writer, Progress);
    char16_t *text = text_finish(&writer);
    if (!EFI_ERROR(status) && text == NULL) {
        *Progress = ConfigRequest;
        return EFI_OUT_OF_RESOURCES;
    }
    if (EFI_ERROR(status))
        pool_free(text);
    else
        *Config = text;
    return status;
}

/* Stores a hexadecimal number of any length, low byte first. False: it needs more than `width`
 * bytes, or is none. */
static bool store_value(struct config_span value, uint8_t *to, uint64_t width)
{
    if (value.length == 0)
        return false;
    for (size_t i = 0; i < value.length; i++)
        if (ascii_hex_digit(value.at[i]) < 0)
            return false;
    while (value.length > 0 && *value.at == '0') {
        value.at++;
        value.length--;
    }
    if (value.length / 2 + value.length % 2 > width)
        return false;
    for (uint64_t i = 0; i < width; i++)
        to[i] = 0;
    for (size_t i = 0; i < value.length; i++) {
        unsigned digit = (unsigned)ascii_hex_digit(value.at[value.length - 1 - i]);
        to[i / 2] |= (uint8_t)(digit << (i % 2 * 4));
    }
    return true;
}

/* Goes over OFFSET, WIDTH and VALUE triples. `block` NULL: only finds out how large it must be. */
static EFI_STATUS store_values(const char16_t *string, struct config_span elements, uint8_t *block,
                               uint64_t *ret_needed, EFI_STRING *progress)
{
    *ret_needed = 0;
    while (elements.length > 0) {
        struct config_element first = {.start = elements.at}, value;
        uint64_t offset, width, end;
        bool good = take_block_name(&elements, &first, &offset, &width) &&
                    config_element_next(&elements, &value) && value.has_value &&
                    config_span_is(value.name, "VALUE") && checked_add(offset, width, &end);
        *progress = before(&first, string);
        if (!good || (block != NULL && !store_value(value.value, block + offset, width)))
            return EFI_INVALID_PARAMETER;
        *ret_needed = MAX(*ret_needed, end);
    }
    *progress = (EFI_STRING)(uintptr_t)elements.at;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI hii_config_to_block(const EFI_HII_CONFIG_ROUTING_PROTOCOL *This,
                                      const EFI_STRING ConfigResp, uint8_t *Block,
                                      size_t *BlockSize, EFI_STRING *Progress)
{
    if (Progress == NULL || BlockSize == NULL)
        return EFI_INVALID_PARAMETER;
    *Progress = ConfigResp;
    if (ConfigResp == NULL || Block == NULL)
        return EFI_INVALID_PARAMETER;
    struct config_span header, elements = elements_of(ConfigResp, &header);
    uint64_t needed;
    EFI_STATUS status = store_values(ConfigResp, elements, NULL, &needed, Progress);
    if (needed > *BlockSize) {
        *BlockSize = needed;
        return EFI_BUFFER_TOO_SMALL;
    }
    /* What comes before a malformed element is stored. */
    status = store_values(ConfigResp, elements, Block, &needed, Progress);
    if (!EFI_ERROR(status) && needed > 0)
        *BlockSize = needed - 1;
    return status;
}

/* A name is spelled with four digits for each character. */
static bool has_name(struct config_span span, const char16_t *name)
{
    size_t length = ucs2_length(name, SIZE_MAX);
    if (span.length != length * 4)
        return false;
    for (size_t i = 0; i < length; i++) {
        uint64_t c;
        if (!config_span_number((struct config_span){span.at + i * 4, 4}, &c) || c != name[i])
            return false;
    }
    return true;
}

/* Takes ALTCFG=<id> off the elements, if it is their first. */
static bool take_alternative(struct config_span *elements, uint64_t *ret_id)
{
    struct config_span rest = *elements;
    struct config_element element;
    if (!take_number(&rest, "ALTCFG", &element, ret_id))
        return false;
    *elements = rest;
    return true;
}

EFI_STATUS EFIAPI hii_get_alt_config(const EFI_HII_CONFIG_ROUTING_PROTOCOL *This,
                                     const EFI_STRING ConfigResp, const EFI_GUID *Guid,
                                     const EFI_STRING Name,
                                     const EFI_DEVICE_PATH_PROTOCOL *DevicePath,
                                     const uint16_t *AltCfgId, EFI_STRING *AltCfgResp)
{
    if (ConfigResp == NULL || AltCfgResp == NULL)
        return EFI_INVALID_PARAMETER;
    const char16_t *at = ConfigResp;
    struct config_section section;
    while (*at != 0 && config_section_next(&at, &section)) {
        uint64_t id = 0;
        bool alternative = take_alternative(&section.elements, &id);
        if ((Guid != NULL && !config_span_has(section.guid, Guid, sizeof *Guid)) ||
            (Name != NULL && !has_name(section.name, Name)) ||
            (DevicePath != NULL &&
             !config_span_has(section.path, DevicePath, device_path_size(DevicePath))) ||
            alternative != (AltCfgId != NULL) || (alternative && id != *AltCfgId))
            continue;
        struct text_writer writer = {0};
        write_span(&writer, section.header.at, section.header.at + section.header.length);
        if (section.elements.length > 0)
            text_char(&writer, '&');
        write_span(&writer, section.elements.at, section.elements.at + section.elements.length);
        *AltCfgResp = text_finish(&writer);
        return *AltCfgResp != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
    }
    return *at == 0 ? EFI_NOT_FOUND : EFI_INVALID_PARAMETER;
}
