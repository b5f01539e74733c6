/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* ATA (ATA8-ACS) commands and IDENTIFY data, and Serial ATA AHCI 1.3.1. */

#include <stddef.h>
#include <stdint.h>

/* Commands */
#define ATA_READ_DMA        0xc8u
#define ATA_READ_DMA_EXT    0x25u
#define ATA_WRITE_DMA       0xcau
#define ATA_WRITE_DMA_EXT   0x35u
#define ATA_FLUSH_CACHE     0xe7u
#define ATA_FLUSH_CACHE_EXT 0xeau
#define ATA_IDENTIFY        0xecu
#define ATA_IDENTIFY_PACKET 0xa1u
#define ATA_PACKET          0xa0u

#define ATA_DEVICE_LBA     0x40u
#define ATA_FEATURE_DMA    0x01u /* of PACKET */
#define ATA_FEATURE_DMADIR 0x04u

/* Status and error */
#define ATA_STATUS_ERROR   0x01u
#define ATA_STATUS_REQUEST 0x08u
#define ATA_STATUS_FAULT   0x20u
#define ATA_STATUS_READY   0x40u
#define ATA_STATUS_BUSY    0x80u

/* Words of IDENTIFY (PACKET) DEVICE */
#define ATA_ID_WORDS            256u
#define ATA_ID_GENERAL          0u  /* packet: bits 0 and 1 tell the size of a command */
#define ATA_ID_SERIAL           10u /* 20 characters, two to a word, the first one above */
#define ATA_ID_CAPABILITIES     49u
#define ATA_ID_SECTORS_28       60u
#define ATA_ID_DMADIR           62u
#define ATA_ID_COMMANDS_2       83u
#define ATA_ID_ENABLED_1        85u
#define ATA_ID_SECTORS_48       100u
#define ATA_ID_SECTOR_SIZE      106u
#define ATA_ID_WORDS_PER_SECTOR 117u
#define ATA_ID_ALIGNMENT        209u

#define ATA_ID_LBA           (1u << 9) /* capabilities */
#define ATA_ID_DMA           (1u << 8)
#define ATA_ID_DMADIR_NEEDED (1u << 15)
#define ATA_ID_LBA_48        (1u << 10)
#define ATA_ID_WRITE_CACHE   (1u << 5)
#define ATA_ID_VALID_MASK    0xc000u
#define ATA_ID_VALID         0x4000u
#define ATA_ID_LARGE_SECTOR  (1u << 12)
#define ATA_ID_PHYSICAL      (1u << 13)

/* PCI */
#define AHCI_PCI_SUBCLASS  0x06u
#define AHCI_PCI_INTERFACE 0x01u
#define AHCI_BAR           5u

/* Registers of the controller (§3.1) */
#define AHCI_CAP       0x00u
#define AHCI_GHC       0x04u
#define AHCI_PI        0x0cu
#define AHCI_CAP2      0x24u
#define AHCI_BOHC      0x28u
#define AHCI_PORTS     0x100u
#define AHCI_PORT_SIZE 0x80u
#define AHCI_PORT_MAX  32u

#define AHCI_CAP_S64A (1u << 31)
#define AHCI_CAP_SSS  (1u << 27)
#define AHCI_GHC_AE   (1u << 31)
#define AHCI_GHC_IE   (1u << 1)
#define AHCI_CAP2_BOH (1u << 0)
#define AHCI_BOHC_BOS (1u << 0)
#define AHCI_BOHC_OOS (1u << 1)
#define AHCI_BOHC_BB  (1u << 4)

/* Registers of a port (§3.3) */
#define AHCI_PX_CLB  0x00u
#define AHCI_PX_FB   0x08u
#define AHCI_PX_IS   0x10u
#define AHCI_PX_IE   0x14u
#define AHCI_PX_CMD  0x18u
#define AHCI_PX_TFD  0x20u
#define AHCI_PX_SIG  0x24u
#define AHCI_PX_SSTS 0x28u
#define AHCI_PX_SCTL 0x2cu
#define AHCI_PX_SERR 0x30u
#define AHCI_PX_CI   0x38u

#define AHCI_IS_ERRORS 0x78000000u /* TFES, HBFS, HBDS, IFS */

#define AHCI_CMD_ST  (1u << 0)
#define AHCI_CMD_SUD (1u << 1)
#define AHCI_CMD_POD (1u << 2)
#define AHCI_CMD_CLO (1u << 3)
#define AHCI_CMD_FRE (1u << 4)
#define AHCI_CMD_FR  (1u << 14)
#define AHCI_CMD_CR  (1u << 15)

#define AHCI_SIG_ATA   0x00000101u
#define AHCI_SIG_ATAPI 0xeb140101u

#define AHCI_DET_MASK    0xfu
#define AHCI_DET_PRESENT 0x3u /* SSTS: device and link */
#define AHCI_DET_RESET   0x1u /* SCTL */

/* What is in memory (§4.2) */
struct ahci_command_header {
    uint16_t flags; /* bits 0 to 4: size of the FIS in words of 32 bits */
    uint16_t prdt_length;
    uint32_t bytes; /* that were transferred */
    uint64_t table;
    uint32_t reserved[4];
};

#define AHCI_HEADER_ATAPI (1u << 5)
#define AHCI_HEADER_WRITE (1u << 6)

struct ahci_prd {
    uint64_t address;
    uint32_t reserved;
    uint32_t size; /* bytes less 1, odd */
};

#define AHCI_PRD_MAX (4u << 20)

/* Register FIS from host to device (SATA 3.0 §10.3.4) */
struct ahci_fis {
    uint8_t type, flags;
    uint8_t command, features;
    uint8_t lba_low[3], device;
    uint8_t lba_high[3], features_high;
    uint8_t count[2], icc, control;
    uint8_t reserved[4];
};

#define AHCI_FIS_HOST_TO_DEVICE 0x27u
#define AHCI_FIS_COMMAND        0x80u

_Static_assert(sizeof(struct ahci_command_header) == 32, "AHCI 1.3.1 §4.2.2");
_Static_assert(sizeof(struct ahci_prd) == 16, "AHCI 1.3.1 §4.2.3.3");
_Static_assert(sizeof(struct ahci_fis) == 20, "SATA 3.0 §10.3.4");

#define AHCI_LIST_SIZE    1024u
#define AHCI_RECEIVE_SIZE 256u

/* Where the HBA puts the FISes that it receives (§4.2.1); each begins with its type, which is not
 * 0. */
#define AHCI_RECEIVED_PIO_SETUP 0x20u
#define AHCI_RECEIVED_D2H       0x40u

#define AHCI_FIS_DEVICE_TO_HOST 0x34u
#define AHCI_FIS_PIO_SETUP      0x5fu

#define AHCI_TABLE_PACKET 0x40u
#define AHCI_TABLE_PRDT   0x80u
