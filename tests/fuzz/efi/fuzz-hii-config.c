/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The input is a configuration string, for a driver that answers with what it is asked. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "efi/event.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/hii/config_routing.h"
#include "efi/protocol/hii_config_access.h"
#include "lib/ucs2.h"
#include "models/apic.h"
#include "models/cpu.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static EFI_HII_CONFIG_ROUTING_PROTOCOL *routing = &hii_config_routing_protocol;

static EFI_STATUS EFIAPI extract(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                                 const EFI_STRING Request, EFI_STRING *Progress,
                                 EFI_STRING *Results)
{
    size_t size = ucs2_size(Request);
    *Progress = Request + size / 2 - 1;
    *Results = malloc(size);
    memcpy(*Results, Request, size);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI route(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                               const EFI_STRING Configuration, EFI_STRING *Progress)
{
    *Progress = Configuration;
    return *Configuration == 'G' ? EFI_SUCCESS : EFI_NOT_FOUND;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const uint8_t path[] = {1, 4, 8, 0, 0x41, 0xd0, 0x0a, 3, 0x7f, 0xff, 4, 0};
    static EFI_HII_CONFIG_ACCESS_PROTOCOL driver = {.ExtractConfig = extract, .RouteConfig = route};
    EFI_HANDLE handle = NULL;
    fake_cpu_reset();
    fake_apic_reset();
    events_init();
    if (EFI_ERROR(efi_install_protocol_interface(&handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL),
                                                 EFI_NATIVE_INTERFACE, (void *)(uintptr_t)path)) ||
        EFI_ERROR(efi_install_protocol_interface(&handle, GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL),
                                                 EFI_NATIVE_INTERFACE, &driver)))
        abort();
    return 0;
}

static void check(const char16_t *text, const char16_t *progress)
{
    if (progress < text || progress > text + ucs2_length(text, SIZE_MAX))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char16_t *text = calloc(size + 1, sizeof *text), *progress, *result = NULL;
    uint8_t block[32] = {0};
    size_t block_size = sizeof block;
    for (size_t i = 0; i < size; i++)
        text[i] = data[i];
    routing->ExtractConfig(routing, text, &progress, &result);
    check(text, progress);
    free(result);
    routing->RouteConfig(routing, text, &progress);
    check(text, progress);
    result = NULL;
    routing->BlockToConfig(routing, text, block, sizeof block, &result, &progress);
    check(text, progress);
    free(result);
    routing->ConfigToBlock(routing, text, block, &block_size, &progress);
    check(text, progress);
    for (uint16_t id = 0; id < 3; id++) {
        result = NULL;
        routing->GetAltConfig(routing, text, NULL, id == 0 ? NULL : u"AB", NULL,
                              id == 2 ? NULL : &id, &result);
        free(result);
    }
    free(text);
    return 0;
}
