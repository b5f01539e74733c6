/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Runs from an EFI shell, and says of each part of the shell's protocols whether it works, one line
 * each. Its exit status is 7. */
#include "efi/protocol/shell.h"

#include "efi/guid.h"
#include "guests/guest.h"

static EFI_SHELL_PROTOCOL *shell;
static EFI_SHELL_PARAMETERS_PROTOCOL *parameters;

static bool same(const char16_t *a, const char16_t *b)
{
    if (a == NULL)
        return false;
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static void use_environment(void)
{
    static char16_t *environment[] = {u"inner=yes", NULL};
    EFI_HANDLE image = self;
    EFI_STATUS code = 99;
    uint32_t attributes = 0;
    bool is_volatile = false;
    check("SetEnv", shell->SetEnv(u"guest", u"value", true) == EFI_SUCCESS);
    check("GetEnv", same(shell->GetEnv(u"guest"), u"value") && shell->GetEnv(u"GUEST") == NULL);
    check("GetEnvEx", same(shell->GetEnvEx(u"guest", &attributes), u"value") && attributes == 2);
    check("SetEnv of the shell's own", shell->SetEnv(u"cwd", u"x", true) == EFI_ACCESS_DENIED);
    check("SetAlias", shell->SetAlias(u"echo", u"say", false, true) == EFI_SUCCESS &&
                          shell->SetAlias(u"ls", u"say", false, true) == EFI_ACCESS_DENIED &&
                          same(shell->GetAlias(u"say", &is_volatile), u"echo") && is_volatile);
    check("Execute",
          shell->Execute(&image, u"say executed %guest%", NULL, &code) == EFI_SUCCESS && code == 0);
    check("Execute with an environment",
          shell->Execute(&image, u"echo [%inner%] [%guest%]", environment, &code) == EFI_SUCCESS &&
              shell->GetEnv(u"inner") == NULL);
    check("Execute of nothing",
          shell->Execute(&image, u"no-such-command", NULL, &code) == EFI_SUCCESS &&
              code == SHELL_NOT_FOUND);
}

static void use_files(void)
{
    SHELL_FILE_HANDLE file = NULL;
    EFI_SHELL_FILE_INFO *list = NULL;
    uint64_t size = 0;
    char text[8];
    size_t length = sizeof text, count = 0;
    check("OpenFileByName",
          shell->OpenFileByName(u"a.txt", &file, EFI_FILE_MODE_READ) == EFI_SUCCESS);
    check("GetFileSize", shell->GetFileSize(file, &size) == EFI_SUCCESS && size == 6);
    check("ReadFile", shell->ReadFile(file, &length, text) == EFI_SUCCESS && length == 6 &&
                          text[0] == 'h' && text[5] == '\n');
    check("CloseFile", shell->CloseFile(file) == EFI_SUCCESS);
    check("CreateFile", shell->CreateFile(u"made.txt", 0, &file) == EFI_SUCCESS);
    length = 3;
    check("WriteFile", shell->WriteFile(file, &length, "abc") == EFI_SUCCESS && length == 3);
    check("DeleteFile", shell->DeleteFile(file) == EFI_SUCCESS);
    check("FindFiles", shell->FindFiles(u"*.txt", &list) == EFI_SUCCESS);
    check("OpenFileList", shell->OpenFileList(u"a.txt", EFI_FILE_MODE_READ, &list) == EFI_SUCCESS);
    check("RemoveDupInFileList", shell->RemoveDupInFileList(&list) == EFI_SUCCESS);
    for (EFI_LIST_ENTRY *link = list->Link.ForwardLink; link != &list->Link;
         link = link->ForwardLink)
        count++;
    check("number of files", count == 2);
    check("FreeFileList", shell->FreeFileList(&list) == EFI_SUCCESS && list == NULL);
    check("FindFiles of nothing", shell->FindFiles(u"*.none", &list) == EFI_NOT_FOUND);
}

static void use_mappings(void)
{
    const EFI_DEVICE_PATH_PROTOCOL *device = shell->GetDevicePathFromMap(u"fs0");
    EFI_DEVICE_PATH_PROTOCOL *path = shell->GetDevicePathFromFilePath(u"sub\\deep\\f.txt");
    EFI_DEVICE_PATH_PROTOCOL *moving = path;
    SHELL_FILE_HANDLE root = NULL;
    check("GetDevicePathFromMap", device != NULL);
    check("GetFilePathFromDevicePath",
          same(shell->GetFilePathFromDevicePath(path), u"FS0:\\sub\\deep\\f.txt"));
    check("GetMapFromDevicePath",
          shell->GetMapFromDevicePath(&moving)[0] == 'F' && moving->SubType == MEDIA_FILEPATH_DP);
    check("SetMap", shell->SetMap(device, u"guest") == EFI_SUCCESS &&
                        shell->GetDevicePathFromMap(u"guest:") == device &&
                        shell->SetMap(NULL, u"guest") == EFI_SUCCESS &&
                        shell->GetDevicePathFromMap(u"guest") == NULL);
    check("GetCurDir", same(shell->GetCurDir(NULL), u"FS0:\\"));
    check("SetCurDir", shell->SetCurDir(u"fs0:", u"sub") == EFI_SUCCESS &&
                           same(shell->GetCurDir(u"fs0"), u"FS0:\\sub") &&
                           shell->SetCurDir(NULL, u"fs0:\\") == EFI_SUCCESS);
    check("OpenRoot",
          shell->OpenRoot(path, &root) == EFI_SUCCESS && shell->CloseFile(root) == EFI_SUCCESS);
}

static void use_rest(void)
{
    static const EFI_GUID guid = {0x12345678, 1, 2, {3}};
    EFI_GUID found;
    const char16_t *name = NULL;
    char16_t *help = NULL;
    check("GetHelpText",
          shell->GetHelpText(u"echo", u"SYNOPSIS", &help) == EFI_SUCCESS && help[0] == 'e');
    check("BatchIsActive", !shell->BatchIsActive());
    check("IsRootShell", shell->IsRootShell());
    shell->EnablePageBreak();
    bool on = shell->GetPageBreak();
    shell->DisablePageBreak();
    check("page break", on && !shell->GetPageBreak());
    check("RegisterGuidName", shell->RegisterGuidName(&guid, u"Guest") == EFI_SUCCESS &&
                                  shell->RegisterGuidName(&guid, u"Other") == EFI_ACCESS_DENIED);
    check("GetGuidName", shell->GetGuidName(&guid, &name) == EFI_SUCCESS && same(name, u"Guest"));
    check("GetGuidFromName",
          shell->GetGuidFromName(u"Guest", &found) == EFI_SUCCESS && guid_equal(&found, &guid));
    check("version", shell->MajorVersion == 2 && shell->MinorVersion == 2);
}

EFI_STATUS guest_main(void)
{
    EFI_BOOT_SERVICES *bs = st->BootServices;
    if (bs->HandleProtocol(self, GUID_OF(EFI_SHELL_PARAMETERS_PROTOCOL), (void **)&parameters) !=
            EFI_SUCCESS ||
        bs->LocateProtocol(GUID_OF(EFI_SHELL_PROTOCOL), NULL, (void **)&shell) != EFI_SUCCESS) {
        check("protocols", false);
        return EFI_NOT_FOUND;
    }
    check("parameters", parameters->Argc == 3 && same(parameters->Argv[1], u"one") &&
                            same(parameters->Argv[2], u"two words"));
    use_environment();
    use_files();
    use_mappings();
    use_rest();
    return all_checks_held() ? 7 : EFI_ABORTED;
}
