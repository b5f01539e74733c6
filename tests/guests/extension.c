/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A driver that stays: a command for the shell, and a device with two bytes of settings. */
#include "efi/guid.h"
#include "efi/protocol/hii_config_access.h"
#include "efi/protocol/shell_dynamic_command.h"
#include "guests/guest.h"

static void print_wide(const char16_t *text)
{
    st->ConOut->OutputString(st->ConOut, (char16_t *)text);
}

static size_t length_of(const char16_t *text)
{
    size_t length = 0;
    while (text[length] != 0)
        length++;
    return length;
}

/* A copy in pool memory. */
static char16_t *copy(const char16_t *text)
{
    void *memory;
    size_t size = (length_of(text) + 1) * sizeof *text;
    if (EFI_ERROR(st->BootServices->AllocatePool(EfiBootServicesData, size, &memory)))
        return NULL;
    st->BootServices->CopyMem(memory, (void *)(uintptr_t)text, size);
    return memory;
}

/* The command: tells its words, and writes to the shell's output. */
static size_t EFIAPI greet(EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *This, EFI_SYSTEM_TABLE *SystemTable,
                           EFI_SHELL_PARAMETERS_PROTOCOL *ShellParameters,
                           EFI_SHELL_PROTOCOL *Shell)
{
    char16_t line[] = u"written\r\n";
    size_t size = sizeof line - sizeof *line;
    for (size_t i = 0; i < ShellParameters->Argc; i++) {
        print_wide(i > 0 ? u" " : u"greet: ");
        print_wide(ShellParameters->Argv[i]);
    }
    print("\r\n");
    if (EFI_ERROR(Shell->WriteFile(ShellParameters->StdOut, &size, line)))
        return 1;
    return ShellParameters->Argc > 2 ? 0x17 : 0;
}

static char16_t *EFIAPI get_help(EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *This, const char *Language)
{
    return copy(u".TH greet 0 \"Greets from a driver.\"\r\n"
                u".SH SYNOPSIS\r\ngreet [word...]\r\n"
                u".SH DESCRIPTION\r\nTells its words.\r\n");
}

static EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL command = {u"greet", greet, get_help};

/* The settings. */

static struct {
    EFI_DEVICE_PATH_PROTOCOL node;
    EFI_GUID guid;
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed)) path = {
    .node = {HARDWARE_DEVICE_PATH, HW_VENDOR_DP, {sizeof path.node + sizeof path.guid, 0}},
    .guid = {0xc10d4c55, 0, 0, {0, 0, 0, 0, 0, 0, 0, 1}},
    .end = {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof path.end, 0}},
};
static uint8_t settings[2] = {0x12, 0x34};
static char16_t answer[512];
static size_t used;

static void add(const char16_t *text)
{
    for (; *text != 0; text++)
        answer[used++] = *text;
}

static void add_bytes(const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = ((const uint8_t *)bytes)[i];
        answer[used++] = u"0123456789abcdef"[byte >> 4];
        answer[used++] = u"0123456789abcdef"[byte & 15];
    }
}

static void add_header(void)
{
    add(u"GUID=");
    add_bytes(&path.guid, sizeof path.guid);
    add(u"&NAME=00780079&PATH="); /* "xy" */
    add_bytes(&path, sizeof path);
}

/* Numbers have their most significant byte first (UEFI 2.10 §35.2.1). */
static void add_value(uint8_t low, uint8_t high)
{
    const uint8_t value[] = {high, low};
    add(u"&OFFSET=0000&WIDTH=0002&VALUE=");
    add_bytes(value, sizeof value);
}

static EFI_STATUS EFIAPI extract(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                                 const EFI_STRING Request, EFI_STRING *Progress,
                                 EFI_STRING *Results)
{
    used = 0;
    add_header();
    add_value(settings[0], settings[1]);
    add(u"&");
    add_header();
    add(u"&ALTCFG=0000");
    add_value(1, 2);
    answer[used] = 0;
    if (Progress != NULL)
        *Progress = Request;
    *Results = copy(answer);
    return *Results != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

static unsigned digit(char16_t c)
{
    return c <= '9' ? (unsigned)(c - '0') : (c | 0x20u) - 'a' + 10u;
}

static EFI_STATUS EFIAPI route(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                               const EFI_STRING Configuration, EFI_STRING *Progress)
{
    static const char16_t name[] = u"&VALUE=";
    const char16_t *at = Configuration;
    *Progress = Configuration;
    for (;; at++) {
        size_t same = 0;
        if (*at == 0)
            return EFI_NOT_FOUND;
        while (name[same] != 0 && at[same] == name[same])
            same++;
        if (name[same] == 0)
            break;
    }
    at += sizeof name / sizeof *name - 1;
    if (length_of(at) < 4)
        return EFI_INVALID_PARAMETER;
    settings[1] = (uint8_t)(digit(at[0]) << 4 | digit(at[1]));
    settings[0] = (uint8_t)(digit(at[2]) << 4 | digit(at[3]));
    tell("settings", (uint64_t)settings[1] << 8 | settings[0]);
    *Progress = Configuration + length_of(Configuration);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI callback(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This, size_t Action,
                                  EFI_QUESTION_ID QuestionId, uint8_t Type, void *Value,
                                  size_t *ActionRequest)
{
    return EFI_UNSUPPORTED;
}

static EFI_HII_CONFIG_ACCESS_PROTOCOL config_access = {extract, route, callback};

EFI_STATUS guest_main(void)
{
    static const EFI_GUID guid = EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL_GUID;
    EFI_HANDLE device = NULL;
    check("device", !EFI_ERROR(st->BootServices->InstallMultipleProtocolInterfaces(
                        &device, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path,
                        GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL), &config_access, NULL)));
    check("command", !EFI_ERROR(st->BootServices->InstallProtocolInterface(
                         &self, &guid, EFI_NATIVE_INTERFACE, &command)));
    return all_checks_held() ? EFI_SUCCESS : EFI_DEVICE_ERROR;
}
