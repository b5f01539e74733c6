/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/device_path_from_text.h"

#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/device_path_fields.h"
#include "efi/device_path_nodes.h"
#include "lib/memory.h"
#include "lib/ucs2.h"

#define HEADER_SIZE    sizeof(EFI_DEVICE_PATH_PROTOCOL)
#define FIRST_CAPACITY 64

/* Makes room for `size` bytes in all. */
static bool reserve(struct node_builder *builder, size_t size)
{
    if (size > DEVICE_PATH_LIMIT)
        builder->failed = true;
    if (builder->failed || size <= builder->capacity)
        return !builder->failed;
    size_t capacity = builder->capacity == 0 ? FIRST_CAPACITY : builder->capacity;
    while (capacity < size)
        capacity *= 2;
    uint8_t *bytes = pool_alloc_zeroed(capacity);
    if (bytes == NULL) {
        builder->failed = true;
        return false;
    }
    if (builder->size > 0)
        memcpy(bytes, builder->bytes, builder->size);
    pool_free(builder->bytes);
    builder->bytes = bytes;
    builder->capacity = capacity;
    return true;
}

/* Bytes behind builder->size are zero: nothing ever shrinks. */
void builder_put(struct node_builder *builder, size_t offset, const void *data, size_t size)
{
    size_t begin = builder->base + offset;
    if (size == 0 || !reserve(builder, begin + size))
        return;
    if (data != NULL)
        memcpy(builder->bytes + begin, data, size);
    if (begin + size > builder->size)
        builder->size = begin + size;
}

void builder_put_number(struct node_builder *builder, size_t offset, size_t size, uint64_t value)
{
    builder_put(builder, offset, &value, size);
}

size_t builder_node_size(const struct node_builder *builder)
{
    return builder->size - builder->base;
}

static void begin_node(struct node_builder *builder, uint8_t type, uint8_t subtype)
{
    builder->base = builder->size;
    EFI_DEVICE_PATH_PROTOCOL header = {type, subtype, {0}};
    builder_put(builder, 0, &header, sizeof header);
    builder->base = builder->size;
}

static void end_node(struct node_builder *builder)
{
    size_t size = builder_node_size(builder) + HEADER_SIZE;
    if (size > UINT16_MAX)
        builder->failed = true;
    if (!builder->failed) {
        EFI_DEVICE_PATH_PROTOCOL *header = (void *)(builder->bytes + builder->base - HEADER_SIZE);
        device_path_set_node(header, header->Type, header->SubType, size);
    }
}

static uint32_t read_eisa(struct slice slice)
{
    if (slice.length != 7 || hex_digit(slice.text[3]) < 0)
        return (uint32_t)slice_number(slice);
    uint32_t vendor = 0;
    for (size_t i = 0; i < 3; i++) {
        char16_t c = ucs2_upper(slice.text[i]);
        if (c < 'A' || c > 'Z')
            return (uint32_t)slice_number(slice);
        vendor = vendor << 5 | (c - '@');
    }
    return vendor | (uint32_t)slice_hex(slice_skip(slice, 3)) << 16;
}

static struct slice unquote(struct slice slice)
{
    if (slice.length >= 2 && slice.text[0] == '"' && slice.text[slice.length - 1] == '"')
        return (struct slice){slice.text + 1, slice.length - 2};
    return slice;
}

static void read_string(const struct field *field, struct slice slice, struct node_builder *builder)
{
    size_t limit = field->kind == FIELD_CHARS ? field->size : SIZE_MAX;
    size_t length = MIN(slice.length, limit);
    for (size_t i = 0; i < length && !builder->failed; i++)
        builder_put_number(builder, field->offset + i, 1, slice.text[i]);
    if (field->kind == FIELD_STRING && field->size > 0)
        builder_put(builder, field->offset + length, NULL, 1);
}

static void read_dump(const struct field *field, struct slice slice, struct node_builder *builder)
{
    size_t limit = field->size != 0 ? field->size : SIZE_MAX;
    uint8_t byte;
    for (size_t at = 0; at < limit && slice_bytes(slice, &byte, 1) == 1 && !builder->failed; at++) {
        builder_put(builder, field->offset + at, &byte, 1);
        slice = slice_skip(slice, slice_starts_with(slice, "0x") ? 4 : 2);
    }
}

static void read_list(const struct field *field, struct arguments *arguments,
                      struct node_builder *builder)
{
    size_t at = field->offset;
    do {
        builder_put_number(builder, at, 4, slice_number(arguments_next(arguments)));
        at += 4;
    } while (arguments->more && !builder->failed);
}

/* A number that the text leaves out keeps its initial value. */
static void read_number(const struct field *field, struct slice slice, struct node_builder *builder)
{
    uint64_t value = field->initial == UINT32_MAX ? UINT64_MAX : field->initial;
    if (slice.length > 0)
        value = slice_value(slice, keywords_of(field->keywords));
    builder_put_number(builder, field->offset, field->size, value);
}

static void read_field(const struct field *field, struct arguments *arguments,
                       struct node_builder *builder)
{
    if (field->kind >= FIELD_FIRST_SPECIAL) {
        special_field_read(field, arguments, builder);
        return;
    }
    if (field->kind == FIELD_LIST) {
        read_list(field, arguments, builder);
        return;
    }
    bool given = arguments->more;
    struct slice slice = arguments_next(arguments);
    uint8_t bytes[16] = {0};
    switch (field->kind) {
    case FIELD_INTEGER:
    case FIELD_DECIMAL:
        read_number(field, slice, builder);
        return;
    case FIELD_HEX64:
        builder_put_number(builder, field->offset, 8, slice_hex(slice));
        return;
    case FIELD_EISA:
        builder_put_number(builder, field->offset, 4, read_eisa(slice));
        return;
    case FIELD_STRING:
    case FIELD_CHARS:
        read_string(field, slice, builder);
        return;
    case FIELD_QUOTED:
        slice = unquote(slice);
        builder_put(builder, field->offset, slice.text, slice.length * sizeof *slice.text);
        return;
    case FIELD_DUMP:
        read_dump(field, slice, builder);
        return;
    case FIELD_GUID:
        (void)slice_guid(slice, (EFI_GUID *)bytes);
        break;
    case FIELD_BYTES:
        (void)slice_bytes(slice, bytes, field->size);
        break;
    case FIELD_IPV4:
        slice_ipv4(slice, bytes);
        break;
    case FIELD_IPV6:
        slice_ipv6(slice, bytes);
        break;
    }
    if (given)
        builder_put(builder, field->offset, bytes, field->size);
}

static void read_entry(const struct node_text *entry, struct arguments *arguments,
                       struct node_builder *builder)
{
    begin_node(builder, entry->type, entry->subtype);
    builder_put(builder, 0, NULL, entry->fixed);
    if (entry->match_size > 0)
        builder_put(builder, entry->match_offset, entry->match, entry->match_size);
    for (size_t i = 0; i < entry->field_count; i++)
        read_field(&entry->fields[i], arguments, builder);
    end_node(builder);
}

static void read_generic(uint8_t type, uint8_t subtype, struct slice data,
                         struct node_builder *builder)
{
    static const struct field rest = {.kind = FIELD_DUMP};
    begin_node(builder, type, subtype);
    read_dump(&rest, data, builder);
    end_node(builder);
}

static void read_file_path(struct slice text, struct node_builder *builder)
{
    begin_node(builder, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP);
    builder_put(builder, 0, text.text, text.length * sizeof *text.text);
    builder_put(builder, text.length * sizeof *text.text, NULL, sizeof *text.text);
    end_node(builder);
}

/* Nodes with a name of their own, then HardwarePath() and its like. False: there is no such name.
 */
static bool read_named(struct slice name, struct arguments *arguments, struct node_builder *builder)
{
    for (size_t i = 0; i < device_path_node_count; i++) {
        if (slice_equals(name, device_path_nodes[i].name)) {
            read_entry(&device_path_nodes[i], arguments, builder);
            return true;
        }
    }
    for (uint8_t type = 1; type <= DEVICE_PATH_GENERIC_TYPES; type++) {
        if (slice_equals(name, device_path_generic_name(type))) {
            uint8_t subtype = (uint8_t)slice_number(arguments_next(arguments));
            read_generic(type, subtype, arguments_next(arguments), builder);
            return true;
        }
    }
    if (!slice_equals(name, "Path"))
        return false;
    uint8_t type = (uint8_t)slice_number(arguments_next(arguments));
    uint8_t subtype = (uint8_t)slice_number(arguments_next(arguments));
    read_generic(type, subtype, arguments_next(arguments), builder);
    return true;
}

static void read_node(struct slice text, struct node_builder *builder)
{
    size_t name = 0;
    while (name < text.length && text.text[name] != '(')
        name++;
    if (name > 0 && name < text.length && text.text[text.length - 1] == ')') {
        struct slice inner = {text.text + name + 1, text.length - name - 2};
        struct arguments arguments = {.rest = inner, .more = inner.length > 0};
        if (read_named((struct slice){text.text, name}, &arguments, builder))
            return;
    }
    read_file_path(text, builder);
}

/* The text up to a '/' or ',' outside parentheses and quotes. */
static struct slice node_at(const char16_t *text)
{
    size_t length = 0, depth = 0;
    bool quoted = false;
    for (; text[length] != 0; length++) {
        char16_t c = text[length];
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '(')
            depth++;
        else if (!quoted && c == ')' && depth > 0)
            depth--;
        else if (!quoted && depth == 0 && (c == '/' || c == ','))
            break;
    }
    return (struct slice){text, length};
}

static EFI_DEVICE_PATH_PROTOCOL *finish(struct node_builder *builder)
{
    if (!builder->failed)
        return (void *)builder->bytes;
    pool_free(builder->bytes);
    return NULL;
}

EFI_DEVICE_PATH_PROTOCOL *device_path_node_from_text(const char16_t *text)
{
    if (text == NULL)
        return NULL;
    struct node_builder builder = {0};
    read_node(node_at(text), &builder);
    return finish(&builder);
}

EFI_DEVICE_PATH_PROTOCOL *device_path_from_text(const char16_t *text)
{
    if (text == NULL)
        return NULL;
    struct node_builder builder = {0};
    while (*text != 0 && !builder.failed) {
        struct slice node = node_at(text);
        text += node.length;
        if (node.length > 0)
            read_node(node, &builder);
        if (*text == ',') {
            begin_node(&builder, END_DEVICE_PATH_TYPE, END_INSTANCE_DEVICE_PATH_SUBTYPE);
            end_node(&builder);
        }
        if (*text != 0)
            text++;
    }
    begin_node(&builder, END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE);
    end_node(&builder);
    return finish(&builder);
}

static EFI_DEVICE_PATH_PROTOCOL *EFIAPI convert_node(const char16_t *TextDeviceNode)
{
    return device_path_node_from_text(TextDeviceNode);
}

static EFI_DEVICE_PATH_PROTOCOL *EFIAPI convert_path(const char16_t *TextDevicePath)
{
    return device_path_from_text(TextDevicePath);
}

EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL device_path_from_text_protocol = {convert_node, convert_path};
