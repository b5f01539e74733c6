/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/device_path_to_text.h"

#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/device_path_fields.h"
#include "efi/device_path_nodes.h"
#include "efi/text_writer.h"
#include "lib/memory.h"

#define HD_FIELDS_WITHOUT_PARTITION 3

static void write_eisa(uint32_t id, struct text_writer *writer)
{
    if ((id & 0xffff) == (EISA_PNP_ID(0) & 0xffff))
        text_print(writer, "PNP%04X", id >> 16);
    else
        text_print(writer, "0x%x", id);
}

void write_ipv4(struct text_writer *writer, const uint8_t address[4])
{
    text_print(writer, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
}

void write_ipv6(struct text_writer *writer, const uint8_t address[16])
{
    for (size_t i = 0; i < 16; i += 2)
        text_print(writer, "%s%x", i > 0 ? ":" : "", address[i] << 8 | address[i + 1]);
}

static void write_number(const struct field *field, uint64_t value, struct text_writer *writer)
{
    for (const struct keyword *keyword = keywords_of(field->keywords); keyword->word != NULL;
         keyword++) {
        if (keyword->value == value) {
            text_print(writer, "%s", keyword->word);
            return;
        }
    }
    text_print(writer, field->kind == FIELD_DECIMAL ? "%llu" : "0x%llx", (unsigned long long)value);
}

/* 16-bit characters from `offset` up to a NUL or the end of the node. */
static void write_wide(const struct node_view *node, size_t offset, struct text_writer *writer)
{
    for (; offset + 2 <= node->size; offset += 2) {
        char16_t c = (char16_t)node_number(node, offset, 2);
        if (c == 0)
            break;
        text_char(writer, c);
    }
}

static void write_chars(const struct node_view *node, size_t offset, size_t size,
                        struct text_writer *writer)
{
    for (size_t i = 0; i < size && node->data[offset + i] != 0; i++)
        text_char(writer, node->data[offset + i]);
}

static void write_list(const struct node_view *node, size_t offset, struct text_writer *writer)
{
    for (size_t at = offset; at + 4 <= node->size; at += 4)
        text_print(writer, "%s0x%x", at > offset ? "," : "", (unsigned)node_number(node, at, 4));
}

static void write_field(const struct field *field, const struct node_view *node,
                        struct text_writer *writer)
{
    const uint8_t *data = node->data + field->offset;
    switch (field->kind) {
    case FIELD_INTEGER:
    case FIELD_DECIMAL:
        write_number(field, node_number(node, field->offset, field->size), writer);
        break;
    case FIELD_HEX64:
        text_print(writer, "%016llx", (unsigned long long)node_number(node, field->offset, 8));
        break;
    case FIELD_GUID:
        text_print(writer, "%pU", (const void *)data);
        break;
    case FIELD_EISA:
        write_eisa((uint32_t)node_number(node, field->offset, 4), writer);
        break;
    case FIELD_BYTES:
        text_print(writer, "0x");
        text_hex(writer, data, field->size);
        break;
    case FIELD_DUMP:
        text_hex(writer, data, field->size != 0 ? field->size : node->size - field->offset);
        break;
    case FIELD_STRING:
        write_chars(node, field->offset, node->size - field->offset, writer);
        break;
    case FIELD_CHARS:
        write_chars(node, field->offset, field->size, writer);
        break;
    case FIELD_QUOTED:
        text_char(writer, '"');
        write_wide(node, field->offset, writer);
        text_char(writer, '"');
        break;
    case FIELD_IPV4:
        write_ipv4(writer, data);
        break;
    case FIELD_IPV6:
        write_ipv6(writer, data);
        break;
    case FIELD_LIST:
        write_list(node, field->offset, writer);
        break;
    default:
        special_field_write(field, node, writer);
    }
}

/* Has the node this field? Old forms of a node are shorter, and data at the end is optional. */
static bool field_present(const struct field *field, const struct node_view *node)
{
    if (field->kind == FIELD_DUMP && field->size == 0)
        return node->size > field->offset;
    size_t size = field->kind == FIELD_STRING ? 0 : field->size;
    return node->size >= field->offset + size;
}

/* AcpiEx with a unique id string and nothing else that AcpiExp does not show. */
static bool is_acpi_exp(const struct node_view *node)
{
    return node_string_length(node, 12) == 0 && node_string_length(node, 13) > 0 &&
           node_string_length(node, 13 + node_string_length(node, 13) + 1) == 0;
}

static bool entry_fits(const struct node_text *entry, const EFI_DEVICE_PATH_PROTOCOL *header,
                       const struct node_view *node, bool shortcuts)
{
    if (entry->type != header->Type || entry->subtype != header->SubType ||
        node->size < entry->minimum)
        return false;
    if (entry->match_size > 0)
        return shortcuts && node->size == entry->fixed &&
               memcmp(node->data + entry->match_offset, entry->match, entry->match_size) == 0;
    if (entry->fields[entry->field_count - 1].kind == FIELD_ACPI_UID_STRING)
        return shortcuts && is_acpi_exp(node);
    return true;
}

static size_t fields_to_show(const struct node_text *entry, const struct node_view *node,
                             bool display_only)
{
    if (display_only && entry->display_count > 0)
        return entry->display_count;
    bool no_partition = entry->type == MEDIA_DEVICE_PATH && entry->subtype == MEDIA_HARDDRIVE_DP &&
                        node_number(node, 0, 4) == 0;
    return no_partition ? HD_FIELDS_WITHOUT_PARTITION : entry->field_count;
}

static void write_entry(const struct node_text *entry, const struct node_view *node,
                        bool display_only, struct text_writer *writer)
{
    size_t count = fields_to_show(entry, node, display_only);
    text_print(writer, "%s(", entry->name);
    for (size_t i = 0; i < count && field_present(&entry->fields[i], node); i++) {
        if (i > 0)
            text_char(writer, ',');
        write_field(&entry->fields[i], node, writer);
    }
    text_char(writer, ')');
}

static void write_generic(const EFI_DEVICE_PATH_PROTOCOL *header, const struct node_view *node,
                          struct text_writer *writer)
{
    const char *name = device_path_generic_name(header->Type);
    if (name != NULL)
        text_print(writer, "%s(%u,", name, header->SubType);
    else
        text_print(writer, "Path(%u,%u,", header->Type, header->SubType);
    text_hex(writer, node->data, node->size);
    text_char(writer, ')');
}

/* Host bridges that are described by AcpiEx: for display only. */
static bool write_display_root(const EFI_DEVICE_PATH_PROTOCOL *header, const struct node_view *node,
                               struct text_writer *writer)
{
    if (!device_path_node_is(header, ACPI_DEVICE_PATH, ACPI_EXTENDED_DP) || node->size < 15)
        return false;
    uint32_t hid = (uint32_t)node_number(node, 0, 4), cid = (uint32_t)node_number(node, 8, 4);
    bool pcie = hid == EISA_PNP_ID(0x0a08) || cid == EISA_PNP_ID(0x0a08);
    if (!pcie && hid != EISA_PNP_ID(0x0a03) && cid != EISA_PNP_ID(0x0a03))
        return false;
    text_print(writer, pcie ? "PcieRoot(" : "PciRoot(");
    size_t uid_string = 12 + node_string_length(node, 12) + 1;
    if (node_string_length(node, uid_string) > 0)
        write_chars(node, uid_string, node->size - uid_string, writer);
    else
        text_print(writer, "0x%x", (unsigned)node_number(node, 4, 4));
    text_char(writer, ')');
    return true;
}

static void write_node(const EFI_DEVICE_PATH_PROTOCOL *header, bool display_only, bool shortcuts,
                       struct text_writer *writer)
{
    struct node_view node = {(const uint8_t *)(header + 1),
                             device_path_node_size(header) - sizeof *header};
    if (header->Type == END_DEVICE_PATH_TYPE)
        return;
    if (device_path_node_is(header, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP)) {
        write_wide(&node, 0, writer);
        return;
    }
    if (display_only && write_display_root(header, &node, writer))
        return;
    for (size_t i = 0; i < device_path_node_count; i++) {
        if (entry_fits(&device_path_nodes[i], header, &node, shortcuts)) {
            write_entry(&device_path_nodes[i], &node, display_only, writer);
            return;
        }
    }
    write_generic(header, &node, writer);
}

char16_t *device_path_node_to_text(const EFI_DEVICE_PATH_PROTOCOL *node, bool display_only,
                                   bool allow_shortcuts)
{
    if (node == NULL)
        return NULL;
    struct text_writer writer = {0};
    write_node(node, display_only, allow_shortcuts, &writer);
    return text_finish(&writer);
}

char16_t *device_path_to_text(const EFI_DEVICE_PATH_PROTOCOL *path, bool display_only,
                              bool allow_shortcuts)
{
    if (device_path_size(path) == 0)
        return NULL;
    struct text_writer writer = {0};
    bool first = true;
    for (const EFI_DEVICE_PATH_PROTOCOL *node = path; !device_path_is_end(node);
         node = device_path_next(node)) {
        if (device_path_is_end_instance(node)) {
            text_char(&writer, ',');
            first = true;
            continue;
        }
        if (!first)
            text_char(&writer, '/');
        first = false;
        write_node(node, display_only, allow_shortcuts, &writer);
    }
    return text_finish(&writer);
}

static char16_t *EFIAPI convert_node(const EFI_DEVICE_PATH_PROTOCOL *DeviceNode, bool DisplayOnly,
                                     bool AllowShortcuts)
{
    return device_path_node_to_text(DeviceNode, DisplayOnly, AllowShortcuts);
}

static char16_t *EFIAPI convert_path(const EFI_DEVICE_PATH_PROTOCOL *DevicePath, bool DisplayOnly,
                                     bool AllowShortcuts)
{
    return device_path_to_text(DevicePath, DisplayOnly, AllowShortcuts);
}

EFI_DEVICE_PATH_TO_TEXT_PROTOCOL device_path_to_text_protocol = {convert_node, convert_path};
