/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_DEVICE_PATH_PROTOCOL and the node types that this firmware makes or reads (UEFI 2.10 §10.3).
 */

#include "efi/types.h"

#define EFI_DEVICE_PATH_PROTOCOL_GUID                                                              \
    {                                                                                              \
        0x09576e91, 0x6d3f, 0x11d2,                                                                \
        {                                                                                          \
            0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b                                         \
        }                                                                                          \
    }

typedef struct {
    uint8_t Type;
    uint8_t SubType;
    uint8_t Length[2];
} EFI_DEVICE_PATH_PROTOCOL;

_Static_assert(sizeof(EFI_DEVICE_PATH_PROTOCOL) == 4, "device path node header layout");

#define HARDWARE_DEVICE_PATH  0x01
#define ACPI_DEVICE_PATH      0x02
#define MESSAGING_DEVICE_PATH 0x03
#define MEDIA_DEVICE_PATH     0x04
#define BBS_DEVICE_PATH       0x05
#define END_DEVICE_PATH_TYPE  0x7f

#define END_INSTANCE_DEVICE_PATH_SUBTYPE 0x01
#define END_ENTIRE_DEVICE_PATH_SUBTYPE   0xff

#define HW_PCI_DP        0x01
#define HW_MEMMAP_DP     0x03
#define HW_VENDOR_DP     0x04
#define HW_CONTROLLER_DP 0x05

#define ACPI_DP          0x01
#define ACPI_EXTENDED_DP 0x02

#define MSG_VENDOR_DP 0x0a
#define MSG_UART_DP   0x0e

#define MEDIA_HARDDRIVE_DP             0x01
#define MEDIA_CDROM_DP                 0x02
#define MEDIA_VENDOR_DP                0x03
#define MEDIA_FILEPATH_DP              0x04
#define MEDIA_PROTOCOL_DP              0x05
#define MEDIA_PIWG_FW_FILE_DP          0x06
#define MEDIA_PIWG_FW_VOL_DP           0x07
#define MEDIA_RELATIVE_OFFSET_RANGE_DP 0x08
#define MEDIA_RAM_DISK_DP              0x09

/* Compressed EISA id of "PNPxxxx" (ACPI 6.5 §19.3.4, as UEFI 2.10 §10.3.3 stores it). */
#define EISA_PNP_ID(id) ((uint32_t)(((id) << 16) | 0x41d0))

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint8_t Function;
    uint8_t Device;
} PCI_DEVICE_PATH;

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint32_t MemoryType;
    uint64_t StartingAddress;
    uint64_t EndingAddress;
} __attribute__((packed)) MEMMAP_DEVICE_PATH;

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    EFI_GUID Guid;
} __attribute__((packed)) VENDOR_DEVICE_PATH;

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint32_t ControllerNumber;
} __attribute__((packed)) CONTROLLER_DEVICE_PATH;

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint32_t HID;
    uint32_t UID;
} __attribute__((packed)) ACPI_HID_DEVICE_PATH;

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint32_t Reserved;
    uint64_t BaudRate;
    uint8_t DataBits;
    uint8_t Parity;
    uint8_t StopBits;
} __attribute__((packed)) UART_DEVICE_PATH;

#define MBR_TYPE_PCAT                       0x01
#define MBR_TYPE_EFI_PARTITION_TABLE_HEADER 0x02
#define NO_DISK_SIGNATURE                   0x00
#define SIGNATURE_TYPE_MBR                  0x01
#define SIGNATURE_TYPE_GUID                 0x02

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint32_t PartitionNumber;
    uint64_t PartitionStart;
    uint64_t PartitionSize;
    uint8_t Signature[16];
    uint8_t MBRType;
    uint8_t SignatureType;
} __attribute__((packed)) HARDDRIVE_DEVICE_PATH;

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint32_t BootEntry;
    uint64_t PartitionStart;
    uint64_t PartitionSize;
} __attribute__((packed)) CDROM_DEVICE_PATH;

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint64_t StartingAddr;
    uint64_t EndingAddr; /* inclusive */
    EFI_GUID TypeGuid;
    uint16_t Instance;
} __attribute__((packed)) MEDIA_RAM_DISK_DEVICE_PATH;

typedef struct {
    EFI_DEVICE_PATH_PROTOCOL Header;
    char16_t PathName[];
} __attribute__((packed)) FILEPATH_DEVICE_PATH;

_Static_assert(sizeof(HARDDRIVE_DEVICE_PATH) == 42, "HARDDRIVE_DEVICE_PATH layout");
_Static_assert(sizeof(CDROM_DEVICE_PATH) == 24, "CDROM_DEVICE_PATH layout");
_Static_assert(sizeof(MEDIA_RAM_DISK_DEVICE_PATH) == 38, "MEDIA_RAM_DISK_DEVICE_PATH layout");
_Static_assert(sizeof(UART_DEVICE_PATH) == 19, "UART_DEVICE_PATH layout");
