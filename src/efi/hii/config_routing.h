/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/hii_config_routing.h"

/* EFI_HII_CONFIG_ROUTING_PROTOCOL (UEFI 2.10 §35.4): hands configuration strings to the drivers
 * that their routing headers name, by EFI_HII_CONFIG_ACCESS_PROTOCOL. */
extern EFI_HII_CONFIG_ROUTING_PROTOCOL hii_config_routing_protocol;

/* For its files. */
EFI_STATUS EFIAPI hii_block_to_config(const EFI_HII_CONFIG_ROUTING_PROTOCOL *This,
                                      const EFI_STRING ConfigRequest, const uint8_t *Block,
                                      size_t BlockSize, EFI_STRING *Config, EFI_STRING *Progress);
EFI_STATUS EFIAPI hii_config_to_block(const EFI_HII_CONFIG_ROUTING_PROTOCOL *This,
                                      const EFI_STRING ConfigResp, uint8_t *Block,
                                      size_t *BlockSize, EFI_STRING *Progress);
EFI_STATUS EFIAPI hii_get_alt_config(const EFI_HII_CONFIG_ROUTING_PROTOCOL *This,
                                     const EFI_STRING ConfigResp, const EFI_GUID *Guid,
                                     const EFI_STRING Name,
                                     const EFI_DEVICE_PATH_PROTOCOL *DevicePath,
                                     const uint16_t *AltCfgId, EFI_STRING *AltCfgResp);
