/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* QEMU's fw_cfg device (QEMU docs/specs/fw_cfg). Numbers in files and DMA are big-endian. */

#define FW_CFG_PORT_SELECTOR 0x510 /* 16 bits, little-endian */
#define FW_CFG_PORT_DATA     0x511 /* one byte per access */
#define FW_CFG_PORT_DMA      0x514 /* two 32-bit halves of an address, high half first */

#define FW_CFG_KEY_SIGNATURE 0x0000u
#define FW_CFG_KEY_DIRECTORY 0x0019u

#define FW_CFG_SIGNATURE 0x554d4551u /* "QEMU" */

struct fw_cfg_file {
    uint32_t size;
    uint16_t select;
    uint16_t reserved;
    char name[56];
};

struct fw_cfg_dma {
    uint32_t control;
    uint32_t length;
    uint64_t address;
};

#define FW_CFG_DMA_ERROR  0x01u
#define FW_CFG_DMA_READ   0x02u
#define FW_CFG_DMA_SKIP   0x04u
#define FW_CFG_DMA_SELECT 0x08u /* with the key in the upper 16 bits */

_Static_assert(sizeof(struct fw_cfg_file) == 64, "fw_cfg_file");
_Static_assert(sizeof(struct fw_cfg_dma) == 16, "fw_cfg_dma");
