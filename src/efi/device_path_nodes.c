/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/device_path_nodes.h"

#include "efi/protocol/ram_disk.h"
#include "lib/macros.h"

/* clang-format off */
#define INT(offset, size)               {FIELD_INTEGER, offset, size, NO_KEYWORDS, 0}
#define INT_OR(offset, size, initial)   {FIELD_INTEGER, offset, size, NO_KEYWORDS, initial}
#define WORD(offset, size, list, value) {FIELD_INTEGER, offset, size, list, value}
#define DEC(offset, size, initial)      {FIELD_DECIMAL, offset, size, NO_KEYWORDS, initial}
#define GUID_AT(offset)                 {FIELD_GUID, offset, 16, NO_KEYWORDS, 0}
#define EISA(offset)                    {FIELD_EISA, offset, 4, NO_KEYWORDS, 0}
#define BYTES(offset, size)             {FIELD_BYTES, offset, size, NO_KEYWORDS, 0}
#define DUMP(offset, size)              {FIELD_DUMP, offset, size, NO_KEYWORDS, 0}
#define STRING(offset)                  {FIELD_STRING, offset, 0, NO_KEYWORDS, 0}
#define STRING_NUL(offset)              {FIELD_STRING, offset, 1, NO_KEYWORDS, 0}
#define IPV4_AT(offset)                 {FIELD_IPV4, offset, 4, NO_KEYWORDS, 0}
#define IPV6_AT(offset)                 {FIELD_IPV6, offset, 16, NO_KEYWORDS, 0}
#define SPECIAL(kind, offset, size)     {kind, offset, size, NO_KEYWORDS, 0}
/* clang-format on */

static const struct field one_u8[] = {INT(0, 1)};
static const struct field one_u32[] = {INT(0, 4)};
static const struct field two_u8[] = {INT(0, 1), INT(1, 1)};
static const struct field two_u16[] = {INT(0, 2), INT(2, 2)};
static const struct field guid[] = {GUID_AT(0)};
static const struct field vendor[] = {GUID_AT(0), DUMP(16, 0)};

static const struct field pci[] = {INT(1, 1), INT(0, 1)};
static const struct field memory[] = {INT(0, 4), INT(4, 8), INT(12, 8)};
static const struct field bmc[] = {INT(0, 1), INT(1, 8)};
static const struct field acpi[] = {EISA(0), INT(4, 4)};
static const struct field acpi_uid[] = {INT(4, 4)};
static const struct field acpi_ex[] = {EISA(0), EISA(8), INT(4, 4),
                                       SPECIAL(FIELD_ACPI_STRINGS, 12, 0)};
static const struct field acpi_exp[] = {EISA(0), EISA(8), SPECIAL(FIELD_ACPI_UID_STRING, 12, 0)};
static const struct field acpi_adr[] = {SPECIAL(FIELD_LIST, 0, 0)};

static const struct field ata[] = {WORD(0, 1, ATA_CONTROLLER, 0), WORD(1, 1, ATA_DRIVE, 0),
                                   INT(2, 2)};
static const struct field fibre[] = {INT(4, 8), INT(12, 8)};
static const struct field fibre_ex[] = {BYTES(4, 8), BYTES(12, 8)};
static const struct field i1394[] = {SPECIAL(FIELD_HEX64, 4, 8)};
static const struct field infiniband[] = {INT(0, 4), GUID_AT(4), INT(20, 8), INT(28, 8),
                                          INT(36, 8)};
static const struct field uart_flow[] = {WORD(16, 4, UART_FLOW, 0)};
static const struct field sas[] = {INT(20, 8), INT(28, 8), INT(38, 2),
                                   SPECIAL(FIELD_SAS_TOPOLOGY, 36, 2), INT(16, 4)};
static const struct field sas_ex[] = {BYTES(0, 8), BYTES(8, 8), INT(18, 2),
                                      SPECIAL(FIELD_SAS_TOPOLOGY, 16, 2)};
static const struct field mac[] = {SPECIAL(FIELD_MAC, 0, 32), INT(32, 1)};
static const struct field ipv4[] = {
    IPV4_AT(4), WORD(12, 2, IP_PROTOCOL, 17), WORD(14, 1, IPV4_ORIGIN, 0), IPV4_AT(0), IPV4_AT(15),
    IPV4_AT(19)};
static const struct field ipv6[] = {
    IPV6_AT(16), WORD(36, 2, IP_PROTOCOL, 17), WORD(38, 1, IPV6_ORIGIN, 0), IPV6_AT(0), IPV6_AT(40),
    INT(39, 1)};
static const struct field uart[] = {DEC(4, 8, 115200), DEC(12, 1, 8), WORD(13, 1, UART_PARITY, 0),
                                    SPECIAL(FIELD_STOP_BITS, 14, 1)};
static const struct field usb_class[] = {INT_OR(0, 2, UINT32_MAX), INT_OR(2, 2, UINT32_MAX),
                                         INT_OR(4, 1, UINT32_MAX), INT_OR(5, 1, UINT32_MAX),
                                         INT_OR(6, 1, UINT32_MAX)};
static const struct field usb_subclass[] = {INT_OR(0, 2, UINT32_MAX), INT_OR(2, 2, UINT32_MAX),
                                            INT_OR(5, 1, UINT32_MAX), INT_OR(6, 1, UINT32_MAX)};
static const struct field usb_protocol[] = {INT_OR(0, 2, UINT32_MAX), INT_OR(2, 2, UINT32_MAX),
                                            INT_OR(6, 1, UINT32_MAX)};
static const struct field usb_wwid[] = {INT(2, 2), INT(4, 2), INT(0, 2),
                                        SPECIAL(FIELD_QUOTED, 6, 0)};
static const struct field sata[] = {INT(0, 2), INT_OR(2, 2, UINT32_MAX), INT(4, 2)};
static const struct field iscsi[] = {STRING_NUL(14), INT(12, 2), BYTES(4, 8),
                                     SPECIAL(FIELD_ISCSI_OPTIONS, 2, 2),
                                     WORD(0, 2, ISCSI_PROTOCOL, 0)};
static const struct field vlan[] = {DEC(0, 2, 0)};
static const struct field nvme[] = {INT(0, 4), SPECIAL(FIELD_EUI64, 4, 8)};
static const struct field uri[] = {STRING(0)};
static const struct field bluetooth[] = {DUMP(0, 6)};
static const struct field bluetooth_le[] = {DUMP(0, 6), INT(6, 1)};
static const struct field wifi[] = {SPECIAL(FIELD_CHARS, 0, 32)};
static const struct field dns[] = {SPECIAL(FIELD_DNS_LIST, 0, 0)};
static const struct field rest[] = {INT(0, 1), INT(1, 1), GUID_AT(2), DUMP(18, 0)};
static const struct field nvmeof[] = {STRING_NUL(17), SPECIAL(FIELD_NVMEOF_ID, 0, 17)};

static const struct field hard_drive[] = {DEC(0, 4, 0), SPECIAL(FIELD_HD_TYPE, 36, 2),
                                          SPECIAL(FIELD_HD_SIGNATURE, 20, 16), INT(4, 8),
                                          INT(12, 8)};
static const struct field cdrom[] = {INT(0, 4), INT(4, 8), INT(12, 8)};
static const struct field offset_range[] = {INT(4, 8), INT(12, 8)};
static const struct field ram_disk[] = {INT(0, 8), INT(8, 8), INT(32, 2), GUID_AT(16)};
static const struct field virtual_disk[] = {INT(0, 8), INT(8, 8), INT(32, 2)};
static const struct field bbs[] = {WORD(0, 2, BBS_TYPE, 0), STRING_NUL(4), INT(2, 2)};

static const EFI_GUID vt_guids[] = {
    {0xe0c14753, 0xf9be, 0x11d2, {0x9a, 0x0c, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}},
    {0xdfa66065, 0xb419, 0x11d3, {0x9a, 0x2d, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}},
    {0x7baec70b, 0x57e0, 0x4c76, {0x8e, 0x87, 0x2f, 0x9e, 0x28, 0x08, 0x83, 0x43}},
    {0xad15a0d6, 0x8bec, 0x4acf, {0xa0, 0x73, 0xd0, 0x1d, 0xe7, 0x7e, 0x2d, 0x88}},
};
static const EFI_GUID uart_flow_guid = {
    0x37499a9d, 0x542f, 0x4c89, {0xa0, 0x26, 0x35, 0xda, 0x14, 0x20, 0x94, 0xe4}};
static const EFI_GUID sas_guid = {
    0xd487ddb4, 0x008b, 0x11d9, {0xaf, 0xdc, 0x00, 0x10, 0x83, 0xff, 0xca, 0x4d}};
static const EFI_GUID debug_port_guid = {
    0xeba4e8d2, 0x3858, 0x41ec, {0xa2, 0x81, 0x26, 0x47, 0xba, 0x96, 0x60, 0xd0}};
static const EFI_GUID ram_disk_guids[] = {
    EFI_VIRTUAL_DISK_GUID,
    EFI_VIRTUAL_CD_GUID,
    EFI_PERSISTENT_VIRTUAL_DISK_GUID,
    EFI_PERSISTENT_VIRTUAL_CD_GUID,
};
static const uint32_t acpi_ids[] = {EISA_PNP_ID(0x0a03), EISA_PNP_ID(0x0a08), EISA_PNP_ID(0x0604),
                                    EISA_PNP_ID(0x0301), EISA_PNP_ID(0x0501), EISA_PNP_ID(0x0401)};
static const uint8_t usb_classes[] = {1, 2, 3, 6, 7, 8, 9, 10, 11, 14, 220, 224};
static const uint8_t usb_subclasses[][2] = {{254, 1}, {254, 2}, {254, 3}};

/* clang-format off */
#define NODE_(type, subtype, minimum, fixed, display, offset, size, match, name, fields)           \
    {                                                                                              \
        type, subtype, minimum, fixed, ARRAY_SIZE(fields), display, offset, size, match, name,     \
            fields                                                                                 \
    }
#define NODE(type, subtype, fixed, name, fields)                                                   \
    NODE_(type, subtype, fixed, fixed, 0, 0, 0, NULL, name, fields)
#define NODE_FROM(type, subtype, minimum, fixed, display, name, fields)                            \
    NODE_(type, subtype, minimum, fixed, display, 0, 0, NULL, name, fields)
#define SHORTCUT(type, subtype, fixed, offset, match, name, fields)                                \
    NODE_(type, subtype, fixed, fixed, 0, offset, sizeof(match), &(match), name, fields)
/* A vendor node that says all by its GUID. */
#define VENDOR(match, name) {3, 10, 16, 16, 0, 0, 0, sizeof(match), &(match), name, NULL}
/* clang-format on */

const struct node_text device_path_nodes[] = {
    NODE(1, 1, 2, "Pci", pci),
    NODE(1, 2, 1, "PcCard", one_u8),
    NODE(1, 3, 20, "MemoryMapped", memory),
    NODE(1, 4, 16, "VenHw", vendor),
    NODE(1, 5, 4, "Ctrl", one_u32),
    NODE(1, 6, 9, "BMC", bmc),

    SHORTCUT(2, 1, 8, 0, acpi_ids[0], "PciRoot", acpi_uid),
    SHORTCUT(2, 1, 8, 0, acpi_ids[1], "PcieRoot", acpi_uid),
    SHORTCUT(2, 1, 8, 0, acpi_ids[2], "Floppy", acpi_uid),
    SHORTCUT(2, 1, 8, 0, acpi_ids[3], "Keyboard", acpi_uid),
    SHORTCUT(2, 1, 8, 0, acpi_ids[4], "Serial", acpi_uid),
    SHORTCUT(2, 1, 8, 0, acpi_ids[5], "ParallelPort", acpi_uid),
    NODE(2, 1, 8, "Acpi", acpi),
    NODE_FROM(2, 2, 15, 12, 0, "AcpiExp", acpi_exp),
    NODE_FROM(2, 2, 15, 12, 0, "AcpiEx", acpi_ex),
    NODE_FROM(2, 3, 4, 0, 0, "AcpiAdr", acpi_adr),
    NODE(2, 4, 4, "NvdimmAcpiAdr", one_u32),

    NODE(3, 1, 4, "Ata", ata),
    NODE(3, 2, 4, "Scsi", two_u16),
    NODE(3, 3, 20, "Fibre", fibre),
    NODE(3, 4, 12, "I1394", i1394),
    NODE(3, 5, 2, "USB", two_u8),
    NODE(3, 6, 4, "I2O", one_u32),
    NODE(3, 9, 44, "Infiniband", infiniband),
    VENDOR(vt_guids[0], "VenPcAnsi"),
    VENDOR(vt_guids[1], "VenVt100"),
    VENDOR(vt_guids[2], "VenVt100Plus"),
    VENDOR(vt_guids[3], "VenUtf8"),
    VENDOR(debug_port_guid, "DebugPort"),
    SHORTCUT(3, 10, 20, 0, uart_flow_guid, "UartFlowCtrl", uart_flow),
    SHORTCUT(3, 10, 40, 0, sas_guid, "SAS", sas),
    NODE(3, 10, 16, "VenMsg", vendor),
    NODE(3, 11, 33, "MAC", mac),
    NODE_FROM(3, 12, 15, 23, 1, "IPv4", ipv4),
    NODE_FROM(3, 13, 39, 56, 1, "IPv6", ipv6),
    NODE(3, 14, 15, "Uart", uart),
    SHORTCUT(3, 15, 7, 4, usb_classes[0], "UsbAudio", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[1], "UsbCDCControl", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[2], "UsbHID", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[3], "UsbImage", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[4], "UsbPrinter", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[5], "UsbMassStorage", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[6], "UsbHub", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[7], "UsbCDCData", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[8], "UsbSmartCard", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[9], "UsbVideo", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[10], "UsbDiagnostic", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_classes[11], "UsbWireless", usb_subclass),
    SHORTCUT(3, 15, 7, 4, usb_subclasses[0], "UsbDeviceFirmwareUpdate", usb_protocol),
    SHORTCUT(3, 15, 7, 4, usb_subclasses[1], "UsbIrdaBridge", usb_protocol),
    SHORTCUT(3, 15, 7, 4, usb_subclasses[2], "UsbTestAndMeasurement", usb_protocol),
    NODE(3, 15, 7, "UsbClass", usb_class),
    NODE(3, 16, 6, "UsbWwid", usb_wwid),
    NODE(3, 17, 1, "Unit", one_u8),
    NODE(3, 18, 6, "Sata", sata),
    NODE(3, 19, 14, "iSCSI", iscsi),
    NODE(3, 20, 2, "Vlan", vlan),
    NODE(3, 21, 20, "FibreEx", fibre_ex),
    NODE(3, 22, 20, "SasEx", sas_ex),
    NODE(3, 23, 12, "NVMe", nvme),
    NODE(3, 24, 0, "Uri", uri),
    NODE(3, 25, 2, "UFS", two_u8),
    NODE(3, 26, 1, "SD", one_u8),
    NODE(3, 27, 6, "Bluetooth", bluetooth),
    NODE(3, 28, 32, "Wi-Fi", wifi),
    NODE(3, 29, 1, "eMMC", one_u8),
    NODE(3, 30, 7, "BluetoothLE", bluetooth_le),
    NODE_FROM(3, 31, 1, 1, 0, "Dns", dns),
    NODE(3, 32, 16, "NVDIMM", guid),
    NODE_FROM(3, 33, 2, 2, 0, "RestService", rest),
    NODE(3, 34, 17, "NVMEoF", nvmeof),

    NODE_FROM(4, 1, 38, 38, 3, "HD", hard_drive),
    NODE_FROM(4, 2, 20, 20, 1, "CDROM", cdrom),
    NODE(4, 3, 16, "VenMedia", vendor),
    NODE(4, 5, 16, "Media", guid),
    NODE(4, 6, 16, "FvFile", guid),
    NODE(4, 7, 16, "Fv", guid),
    NODE(4, 8, 20, "Offset", offset_range),
    SHORTCUT(4, 9, 34, 16, ram_disk_guids[0], "VirtualDisk", virtual_disk),
    SHORTCUT(4, 9, 34, 16, ram_disk_guids[1], "VirtualCD", virtual_disk),
    SHORTCUT(4, 9, 34, 16, ram_disk_guids[2], "PersistentVirtualDisk", virtual_disk),
    SHORTCUT(4, 9, 34, 16, ram_disk_guids[3], "PersistentVirtualCD", virtual_disk),
    NODE(4, 9, 34, "RamDisk", ram_disk),

    NODE_FROM(5, 1, 4, 4, 2, "BBS", bbs),
};
const size_t device_path_node_count = ARRAY_SIZE(device_path_nodes);

const struct keyword *keywords_of(uint8_t list)
{
    static const struct keyword none[] = {{NULL, 0}};
    static const struct keyword ata_controller[] = {{"Primary", 0}, {"Secondary", 1}, {NULL, 0}};
    static const struct keyword ata_drive[] = {{"Master", 0}, {"Slave", 1}, {NULL, 0}};
    static const struct keyword ip_protocol[] = {{"UDP", 17}, {"TCP", 6}, {NULL, 0}};
    static const struct keyword ipv4_origin[] = {{"DHCP", 0}, {"Static", 1}, {NULL, 0}};
    static const struct keyword ipv6_origin[] = {
        {"Static", 0}, {"StatelessAutoConfigure", 1}, {"StatefulAutoConfigure", 2}, {NULL, 0}};
    static const struct keyword parity[] = {{"D", 0}, {"N", 1}, {"E", 2}, {"O", 3},
                                            {"M", 4}, {"S", 5}, {NULL, 0}};
    static const struct keyword flow[] = {{"None", 0}, {"Hardware", 1}, {"XonXoff", 2}, {NULL, 0}};
    static const struct keyword iscsi_protocol[] = {{"TCP", 0}, {NULL, 0}};
    static const struct keyword bbs_type[] = {{"Floppy", 1}, {"HD", 2},  {"CDROM", 3},
                                              {"PCMCIA", 4}, {"USB", 5}, {"Network", 6},
                                              {NULL, 0}};
    static const struct keyword *const lists[KEYWORD_LISTS] = {
        [NO_KEYWORDS] = none,
        [ATA_CONTROLLER] = ata_controller,
        [ATA_DRIVE] = ata_drive,
        [IP_PROTOCOL] = ip_protocol,
        [IPV4_ORIGIN] = ipv4_origin,
        [IPV6_ORIGIN] = ipv6_origin,
        [UART_PARITY] = parity,
        [UART_FLOW] = flow,
        [ISCSI_PROTOCOL] = iscsi_protocol,
        [BBS_TYPE] = bbs_type,
    };
    return lists[list];
}

const char *device_path_generic_name(uint8_t type)
{
    static const char *const names[] = {"HardwarePath", "AcpiPath", "Msg", "MediaPath", "BbsPath"};
    return type >= 1 && type <= ARRAY_SIZE(names) ? names[type - 1] : NULL;
}
