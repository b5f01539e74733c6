/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "runtime/runtime.h"

/* The runtime services (UEFI 2.10 §8), each in the file that its group is named after. */

/* entry.c: runtime_entry_fn */
EFI_STATUS runtime_entry(const struct runtime_config *config,
                         struct runtime_interface *ret_interface);

/* time.c */
EFI_STATUS EFIAPI runtime_get_time(EFI_TIME *Time, EFI_TIME_CAPABILITIES *Capabilities);
EFI_STATUS EFIAPI runtime_set_time(EFI_TIME *Time);
EFI_STATUS EFIAPI runtime_get_wakeup_time(bool *Enabled, bool *Pending, EFI_TIME *Time);
EFI_STATUS EFIAPI runtime_set_wakeup_time(bool Enable, EFI_TIME *Time);

/* virtual.c */
EFI_STATUS EFIAPI runtime_set_virtual_address_map(size_t MemoryMapSize, size_t DescriptorSize,
                                                  uint32_t DescriptorVersion,
                                                  EFI_MEMORY_DESCRIPTOR *VirtualMap);
EFI_STATUS EFIAPI runtime_convert_pointer(size_t DebugDisposition, void **Address);

/* variables.c and set_variable.c */
EFI_STATUS EFIAPI runtime_get_variable(const char16_t *VariableName, const EFI_GUID *VendorGuid,
                                       uint32_t *Attributes, size_t *DataSize, void *Data);
EFI_STATUS EFIAPI runtime_get_next_variable_name(size_t *VariableNameSize, char16_t *VariableName,
                                                 EFI_GUID *VendorGuid);
EFI_STATUS EFIAPI runtime_set_variable(const char16_t *VariableName, const EFI_GUID *VendorGuid,
                                       uint32_t Attributes, size_t DataSize, const void *Data);
EFI_STATUS EFIAPI runtime_query_variable_info(uint32_t Attributes,
                                              uint64_t *MaximumVariableStorageSize,
                                              uint64_t *RemainingVariableStorageSize,
                                              uint64_t *MaximumVariableSize);

/* monotonic.c */
EFI_STATUS EFIAPI runtime_get_next_high_monotonic_count(uint32_t *HighCount);

/* reset.c */
void EFIAPI runtime_reset_system(EFI_RESET_TYPE ResetType, EFI_STATUS ResetStatus, size_t DataSize,
                                 void *ResetData);

/* capsule.c */
EFI_STATUS EFIAPI runtime_update_capsule(EFI_CAPSULE_HEADER **CapsuleHeaderArray,
                                         size_t CapsuleCount,
                                         EFI_PHYSICAL_ADDRESS ScatterGatherList);
EFI_STATUS EFIAPI runtime_query_capsule_capabilities(EFI_CAPSULE_HEADER **CapsuleHeaderArray,
                                                     size_t CapsuleCount,
                                                     uint64_t *MaximumCapsuleSize,
                                                     EFI_RESET_TYPE *ResetType);
