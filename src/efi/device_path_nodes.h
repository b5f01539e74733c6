/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/protocol/device_path.h"

/* The text form of device path nodes as a table (UEFI 2.10 §10.6.1.6):
 * protocols/device_path_to_text.c and device_path_from_text.c go over the fields of a node in the
 * order of the text. */

enum field_kind {
    FIELD_INTEGER, /* 0x… */
    FIELD_DECIMAL,
    FIELD_HEX64, /* sixteen hexadecimal digits */
    FIELD_GUID,
    FIELD_EISA,   /* PNP0A03, or a number */
    FIELD_BYTES,  /* `size` bytes as 0x and hexadecimal digits, byte 0 first */
    FIELD_DUMP,   /* the same without 0x; `size` 0: all the rest of the node */
    FIELD_STRING, /* 8-bit characters up to a NUL or the end of the node; `size` 1: with a NUL */
    FIELD_CHARS,  /* `size` 8-bit characters, filled with NUL */
    FIELD_QUOTED, /* 16-bit characters up to the end of the node, in quotes */
    FIELD_IPV4,
    FIELD_IPV6,
    FIELD_LIST, /* 32-bit numbers up to the end of the node */
    /* Fields of one node type each (device_path_fields.c). */
    FIELD_FIRST_SPECIAL,
    FIELD_ACPI_STRINGS = FIELD_FIRST_SPECIAL, /* AcpiEx: HIDSTR, CIDSTR, UIDSTR */
    FIELD_ACPI_UID_STRING,                    /* AcpiExp */
    FIELD_SAS_TOPOLOGY,                       /* four parameters */
    FIELD_EUI64,                              /* NVMe: octets with dashes */
    FIELD_MAC,
    FIELD_STOP_BITS,
    FIELD_ISCSI_OPTIONS, /* three parameters */
    FIELD_DNS_LIST,
    FIELD_NVMEOF_ID,
    FIELD_HD_TYPE,
    FIELD_HD_SIGNATURE,
};

struct field {
    uint8_t kind;
    uint8_t offset;   /* behind the node's header */
    uint8_t size;     /* bytes */
    uint8_t keywords; /* enum keyword_list */
    uint32_t
        initial; /* value when the text does not say; all ones of `size` bytes for UINT32_MAX */
};

/* Words that stand for numbers. */
struct keyword {
    const char *word;
    uint32_t value;
};

enum keyword_list {
    NO_KEYWORDS,
    ATA_CONTROLLER,
    ATA_DRIVE,
    IP_PROTOCOL,
    IPV4_ORIGIN,
    IPV6_ORIGIN,
    UART_PARITY,
    UART_FLOW,
    ISCSI_PROTOCOL,
    BBS_TYPE,
    KEYWORD_LISTS,
};

/* An entry of the given list, ended by a NULL word. */
const struct keyword *keywords_of(uint8_t list);

struct node_text {
    uint8_t type, subtype;
    uint8_t minimum; /* bytes behind the header that a node must have to be shown so */
    uint8_t fixed;   /* bytes behind the header that are made from text, before strings and lists */
    uint8_t field_count;
    uint8_t display_count; /* fields of the display form; 0: all */
    /* A shortcut: only for nodes that have these bytes at this place. */
    uint8_t match_offset, match_size;
    const void *match;
    const char *name;
    const struct field *fields;
};

extern const struct node_text device_path_nodes[];
extern const size_t device_path_node_count;

/* Names of nodes that the table does not know, by type: "HardwarePath" …; NULL: "Path" with the
 * type as a parameter. */
const char *device_path_generic_name(uint8_t type);
#define DEVICE_PATH_GENERIC_TYPES 5
