/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_HII_CONFIG_ROUTING_PROTOCOL (UEFI 2.10 §35.4). */

#include "efi/hii.h"
#include "efi/protocol/device_path.h"
#include "efi/status.h"

#define EFI_HII_CONFIG_ROUTING_PROTOCOL_GUID                                                       \
    {                                                                                              \
        0x587e72d7, 0xcc50, 0x4f79,                                                                \
        {                                                                                          \
            0x82, 0x09, 0xca, 0x29, 0x1f, 0xc1, 0xa1, 0x0f                                         \
        }                                                                                          \
    }

typedef struct EFI_HII_CONFIG_ROUTING_PROTOCOL {
    EFI_STATUS(EFIAPI *ExtractConfig)
    (const struct EFI_HII_CONFIG_ROUTING_PROTOCOL *This, const EFI_STRING Request,
     EFI_STRING *Progress, EFI_STRING *Results);
    EFI_STATUS(EFIAPI *ExportConfig)
    (const struct EFI_HII_CONFIG_ROUTING_PROTOCOL *This, EFI_STRING *Results);
    EFI_STATUS(EFIAPI *RouteConfig)
    (const struct EFI_HII_CONFIG_ROUTING_PROTOCOL *This, const EFI_STRING Configuration,
     EFI_STRING *Progress);
    EFI_STATUS(EFIAPI *BlockToConfig)
    (const struct EFI_HII_CONFIG_ROUTING_PROTOCOL *This, const EFI_STRING ConfigRequest,
     const uint8_t *Block, size_t BlockSize, EFI_STRING *Config, EFI_STRING *Progress);
    EFI_STATUS(EFIAPI *ConfigToBlock)
    (const struct EFI_HII_CONFIG_ROUTING_PROTOCOL *This, const EFI_STRING ConfigResp,
     uint8_t *Block, size_t *BlockSize, EFI_STRING *Progress);
    EFI_STATUS(EFIAPI *GetAltConfig)
    (const struct EFI_HII_CONFIG_ROUTING_PROTOCOL *This, const EFI_STRING ConfigResp,
     const EFI_GUID *Guid, const EFI_STRING Name, const EFI_DEVICE_PATH_PROTOCOL *DevicePath,
     const uint16_t *AltCfgId, EFI_STRING *AltCfgResp);
} EFI_HII_CONFIG_ROUTING_PROTOCOL;

_Static_assert(sizeof(EFI_HII_CONFIG_ROUTING_PROTOCOL) == 48,
               "EFI_HII_CONFIG_ROUTING_PROTOCOL layout");
