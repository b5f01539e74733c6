/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Fields of device path nodes that only one type of node has (UEFI 2.10 §10.3.3 to §10.3.6,
 * §10.6.1.6). */
#include "efi/device_path_fields.h"

#include "lib/memory.h"

uint64_t node_number(const struct node_view *node, size_t offset, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size && offset + i < node->size; i++)
        value |= (uint64_t)node->data[offset + i] << (i * 8);
    return value;
}

size_t node_string_length(const struct node_view *node, size_t offset)
{
    size_t length = 0;
    while (offset + length < node->size && node->data[offset + length] != 0)
        length++;
    return length;
}

static void write_string(const struct node_view *node, size_t offset, struct text_writer *writer)
{
    size_t length = node_string_length(node, offset);
    for (size_t i = 0; i < length; i++)
        text_char(writer, node->data[offset + i]);
}

static void put_string(struct node_builder *builder, struct slice slice)
{
    for (size_t i = 0; i < slice.length; i++)
        builder_put_number(builder, builder_node_size(builder), 1, slice.text[i]);
    builder_put(builder, builder_node_size(builder), NULL, 1);
}

/* In the node: hardware id, unique id, compatible id. In the text: hardware, compatible, unique. */
static void write_acpi_strings(const struct node_view *node, size_t hid, struct text_writer *writer)
{
    size_t uid = hid + node_string_length(node, hid) + 1;
    size_t cid = uid + node_string_length(node, uid) + 1;
    write_string(node, hid, writer);
    text_char(writer, ',');
    write_string(node, cid, writer);
    text_char(writer, ',');
    write_string(node, uid, writer);
}

static void read_acpi_strings(struct arguments *arguments, struct node_builder *builder)
{
    struct slice hid = arguments_next(arguments), cid = arguments_next(arguments),
                 uid = arguments_next(arguments);
    put_string(builder, hid);
    put_string(builder, uid);
    put_string(builder, cid);
}

static void read_acpi_uid_string(struct arguments *arguments, struct node_builder *builder)
{
    put_string(builder, (struct slice){NULL, 0});
    put_string(builder, arguments_next(arguments));
    put_string(builder, (struct slice){NULL, 0});
}

/* SAS and SAS Ex: bits 0–3 more information (0 none, 1 one byte, 2 two bytes), bit 4 SATA, bit 5
 * external, bit 6 expanded; the second byte is the drive bay less one. */
static void write_topology(uint64_t topology, struct text_writer *writer)
{
    unsigned information = topology & 0xf;
    if ((topology & 0x80) != 0 || information > 2)
        text_print(writer, "0x%x,0,0,0", (unsigned)topology);
    else if (information == 0)
        text_print(writer, "NoTopology,0,0,0");
    else
        text_print(writer, "%s,%s,%s,0x%x", (topology & 0x10) != 0 ? "SATA" : "SAS",
                   (topology & 0x20) != 0 ? "External" : "Internal",
                   (topology & 0x40) != 0 ? "Expanded" : "Direct",
                   information == 1 ? 0 : (unsigned)(topology >> 8 & 0xff) + 1);
}

static uint64_t read_topology(struct arguments *arguments)
{
    static const struct keyword location[] = {{"Internal", 0}, {"External", 1}, {NULL, 0}};
    static const struct keyword connect[] = {{"Direct", 0}, {"Expanded", 1}, {NULL, 0}};
    struct slice kind = arguments_next(arguments);
    uint64_t external = slice_value(arguments_next(arguments), location);
    uint64_t expanded = slice_value(arguments_next(arguments), connect);
    uint64_t bay = slice_number(arguments_next(arguments));
    bool sata = slice_equals(kind, "SATA");
    if (!sata && !slice_equals(kind, "SAS"))
        return slice_number(kind); /* NoTopology is 0 */
    uint64_t topology = (sata ? 0x10 : 0) | (external & 1) << 5 | (expanded & 1) << 6;
    return bay == 0 ? topology | 1 : topology | 2 | ((bay - 1) & 0xff) << 8;
}

/* As other firmware shows it: the last byte of the node first. */
static void write_eui64(const uint8_t *eui, struct text_writer *writer)
{
    for (size_t i = 8; i > 0; i--)
        text_print(writer, "%02X%s", eui[i - 1], i > 1 ? "-" : "");
}

static void read_eui64(struct slice slice, uint8_t eui[8])
{
    for (size_t i = 8; i > 0 && slice.length >= 2; i--) {
        (void)slice_bytes(slice, &eui[i - 1], 1);
        slice = slice_skip(slice, slice.length > 2 ? 3 : 2);
    }
}

static void write_mac(const struct node_view *node, struct text_writer *writer)
{
    uint64_t type = node_number(node, 32, 1);
    text_hex(writer, node->data, type <= 1 ? 6 : 32);
}

static const struct keyword stop_words[] = {{"D", 0}, {"1", 1}, {"1.5", 2}, {"2", 3}, {NULL, 0}};

/* Parity and stop bits are either two words or two numbers. */
static void write_stop_bits(const struct node_view *node, const struct field *field,
                            struct text_writer *writer)
{
    uint64_t parity = node_number(node, field->offset - 1u, 1),
             stop = node_number(node, field->offset, 1);
    if (stop <= 3 && parity <= 5)
        text_print(writer, "%s", stop_words[stop].word);
    else
        text_print(writer, "0x%x", (unsigned)stop);
}

static uint64_t read_stop_bits(struct arguments *arguments)
{
    struct slice stop = arguments_next(arguments), parity = arguments->previous;
    bool words = parity.length > 0 && (parity.text[0] < '0' || parity.text[0] > '9');
    return words ? slice_value(stop, stop_words) : slice_number(stop);
}

/* iSCSI login options: bits 0–1 header digest, 2–3 data digest (2: CRC32C), 10–11 authentication
 * (2: none), 12 CHAP type. */
static void write_iscsi_options(uint64_t options, struct text_writer *writer)
{
    bool none = (options >> 10 & 3) == 2;
    text_print(writer, "%s,%s,%s", (options & 3) == 2 ? "CRC32C" : "None",
               (options >> 2 & 3) == 2 ? "CRC32C" : "None",
               none                      ? "None"
               : (options & 0x1000) != 0 ? "CHAP_UNI"
                                         : "CHAP_BI");
}

static uint64_t read_iscsi_options(struct arguments *arguments)
{
    uint64_t options = 0;
    if (slice_equals(arguments_next(arguments), "CRC32C"))
        options |= 2;
    if (slice_equals(arguments_next(arguments), "CRC32C"))
        options |= 2 << 2;
    struct slice authentication = arguments_next(arguments);
    if (slice_equals(authentication, "CHAP_UNI"))
        options |= 0x1000;
    else if (!slice_equals(authentication, "CHAP_BI"))
        options |= 2 << 10;
    return options;
}

/* A byte that says whether the addresses are IPv6, then 16 bytes for each. */
static void write_dns(const struct node_view *node, struct text_writer *writer)
{
    for (size_t at = 1; at + 16 <= node->size; at += 16) {
        if (at > 1)
            text_char(writer, ',');
        if (node->data[0] != 0)
            write_ipv6(writer, node->data + at);
        else
            write_ipv4(writer, node->data + at);
    }
}

static void read_dns(struct arguments *arguments, struct node_builder *builder)
{
    while (arguments->more) {
        struct slice slice = arguments_next(arguments);
        uint8_t address[16] = {0};
        bool is_ipv6 = false;
        for (size_t i = 0; i < slice.length; i++)
            is_ipv6 |= slice.text[i] == ':';
        if (is_ipv6) {
            slice_ipv6(slice, address);
            builder_put_number(builder, 0, 1, 1);
        } else if (slice.length > 0) {
            slice_ipv4(slice, address);
        } else {
            continue;
        }
        builder_put(builder, builder_node_size(builder), address, sizeof address);
    }
}

/* A type (1 EUI-64, 2 NGUID, 3 UUID in network order) and 16 bytes. */
static void write_nvmeof_id(const struct node_view *node, struct text_writer *writer)
{
    const uint8_t *id = node->data + 1;
    if (node->data[0] == 1 || node->data[0] == 2) {
        text_print(writer, "%s", node->data[0] == 1 ? "eui." : "nguid.");
        text_hex(writer, id, node->data[0] == 1 ? 8 : 16);
        return;
    }
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text_char(writer, '-');
        text_hex(writer, id + i, 1);
    }
}

static void read_nvmeof_id(struct slice slice, uint8_t id[17])
{
    memset(id, 0, 17);
    if (slice_starts_with(slice, "eui.") || slice_starts_with(slice, "nguid.")) {
        bool eui = slice_starts_with(slice, "eui.");
        id[0] = eui ? 1 : 2;
        (void)slice_bytes(slice_skip(slice, eui ? 4 : 6), id + 1, eui ? 8 : 16);
        return;
    }
    id[0] = 3;
    for (size_t i = 1; i < 17 && slice.length >= 2; slice = slice_skip(slice, 2)) {
        while (slice.length > 2 && slice.text[0] == '-')
            slice = slice_skip(slice, 1);
        (void)slice_bytes(slice, &id[i++], 1);
    }
}

static const struct keyword hd_types[] = {
    {"MBR", SIGNATURE_TYPE_MBR}, {"GPT", SIGNATURE_TYPE_GUID}, {NULL, 0}};
#define HD_SIGNATURE_TYPE 37

static void write_hd_type(const struct node_view *node, struct text_writer *writer)
{
    uint64_t type = node_number(node, HD_SIGNATURE_TYPE, 1);
    if (type == SIGNATURE_TYPE_MBR || type == SIGNATURE_TYPE_GUID)
        text_print(writer, "%s", hd_types[type - 1].word);
    else
        text_print(writer, "%u", (unsigned)type);
}

static void read_hd_type(struct slice slice, struct node_builder *builder)
{
    uint64_t type = slice.length == 0 ? SIGNATURE_TYPE_GUID : slice_value(slice, hd_types);
    builder_put_number(builder, HD_SIGNATURE_TYPE, 1, type);
    uint64_t partition_table = type == SIGNATURE_TYPE_MBR    ? MBR_TYPE_PCAT
                               : type == SIGNATURE_TYPE_GUID ? MBR_TYPE_EFI_PARTITION_TABLE_HEADER
                                                             : 0;
    builder_put_number(builder, HD_SIGNATURE_TYPE - 1, 1, partition_table);
}

static void write_hd_signature(const struct node_view *node, size_t offset,
                               struct text_writer *writer)
{
    uint64_t type = node_number(node, HD_SIGNATURE_TYPE, 1);
    if (type == SIGNATURE_TYPE_MBR)
        text_print(writer, "0x%08llx", (unsigned long long)node_number(node, offset, 4));
    else if (type == SIGNATURE_TYPE_GUID)
        text_print(writer, "%pU", (const void *)(node->data + offset));
    else if (type == NO_DISK_SIGNATURE)
        text_char(writer, '0');
    else
        text_hex(writer, node->data + offset, 16);
}

static void read_hd_signature(struct slice slice, size_t offset, struct node_builder *builder)
{
    uint8_t type = builder->failed ? 0 : builder->bytes[builder->base + HD_SIGNATURE_TYPE];
    EFI_GUID guid = {0};
    if (type == SIGNATURE_TYPE_MBR)
        builder_put_number(builder, offset, 4, slice_number(slice));
    else if (type == SIGNATURE_TYPE_GUID)
        (void)slice_guid(slice, &guid);
    else if (type != NO_DISK_SIGNATURE)
        (void)slice_bytes(slice, (uint8_t *)&guid, sizeof guid);
    if (type != SIGNATURE_TYPE_MBR)
        builder_put(builder, offset, &guid, sizeof guid);
}

void special_field_write(const struct field *field, const struct node_view *node,
                         struct text_writer *writer)
{
    switch (field->kind) {
    case FIELD_ACPI_STRINGS:
        write_acpi_strings(node, field->offset, writer);
        break;
    case FIELD_ACPI_UID_STRING: /* behind an empty hardware id */
        write_string(node, field->offset + 1u, writer);
        break;
    case FIELD_SAS_TOPOLOGY:
        write_topology(node_number(node, field->offset, 2), writer);
        break;
    case FIELD_EUI64:
        write_eui64(node->data + field->offset, writer);
        break;
    case FIELD_MAC:
        write_mac(node, writer);
        break;
    case FIELD_STOP_BITS:
        write_stop_bits(node, field, writer);
        break;
    case FIELD_ISCSI_OPTIONS:
        write_iscsi_options(node_number(node, field->offset, 2), writer);
        break;
    case FIELD_DNS_LIST:
        write_dns(node, writer);
        break;
    case FIELD_NVMEOF_ID:
        write_nvmeof_id(node, writer);
        break;
    case FIELD_HD_TYPE:
        write_hd_type(node, writer);
        break;
    case FIELD_HD_SIGNATURE:
        write_hd_signature(node, field->offset, writer);
        break;
    }
}

void special_field_read(const struct field *field, struct arguments *arguments,
                        struct node_builder *builder)
{
    uint8_t bytes[32] = {0};
    switch (field->kind) {
    case FIELD_ACPI_STRINGS:
        read_acpi_strings(arguments, builder);
        break;
    case FIELD_ACPI_UID_STRING:
        read_acpi_uid_string(arguments, builder);
        break;
    case FIELD_SAS_TOPOLOGY:
        builder_put_number(builder, field->offset, 2, read_topology(arguments));
        break;
    case FIELD_EUI64:
        read_eui64(arguments_next(arguments), bytes);
        builder_put(builder, field->offset, bytes, 8);
        break;
    case FIELD_MAC:
        (void)slice_bytes(arguments_next(arguments), bytes, 32);
        builder_put(builder, field->offset, bytes, 32);
        break;
    case FIELD_STOP_BITS:
        builder_put_number(builder, field->offset, 1, read_stop_bits(arguments));
        break;
    case FIELD_ISCSI_OPTIONS:
        builder_put_number(builder, field->offset, 2, read_iscsi_options(arguments));
        break;
    case FIELD_DNS_LIST:
        read_dns(arguments, builder);
        break;
    case FIELD_NVMEOF_ID:
        read_nvmeof_id(arguments_next(arguments), bytes);
        builder_put(builder, field->offset, bytes, 17);
        break;
    case FIELD_HD_TYPE:
        read_hd_type(arguments_next(arguments), builder);
        break;
    case FIELD_HD_SIGNATURE:
        read_hd_signature(arguments_next(arguments), field->offset, builder);
        break;
    }
}
