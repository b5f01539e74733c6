/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/execute.h"
#include "shell/files/device_path.h"
#include "shell/files/files.h"
#include "shell/print.h"
#include "shell/shell.h"
#include "shell/streams/proxy.h"
#include "shell/text.h"

/* The command line as one string, for LoadOptions: its words as they were. */
static char16_t *join_words(char16_t **words, size_t count)
{
    struct text line = {0};
    for (size_t i = 0; i < count; i++) {
        text_append_utf8(&line, i > 0 ? " " : "");
        text_append_string(&line, words[i]);
    }
    return text_take(&line);
}

EFI_STATUS execute_load(const char16_t *file, EFI_HANDLE *ret)
{
    struct arena arena = {0};
    struct location location;
    EFI_STATUS status = file_locate(&arena, file, &location);
    if (EFI_ERROR(status)) {
        arena_free(&arena);
        return status;
    }
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_of_file(location.volume->path, location.path);
    status = path == NULL ? EFI_OUT_OF_RESOURCES
                          : shell.bs->LoadImage(false, shell.image, path, NULL, 0, ret);
    shell_free(path);
    arena_free(&arena);
    return status;
}

/* Starts the image with its parameters. It may unload itself when it returns. */
static EFI_STATUS start(EFI_HANDLE image, char16_t **words, size_t count, EFI_STATUS *ret_code)
{
    EFI_SHELL_PARAMETERS_PROTOCOL parameters = {words, count, shell.input, shell.output,
                                                shell.error};
    EFI_HANDLE handle = image;
    size_t data_size = 0;
    char16_t *data = NULL;
    EFI_STATUS status = shell.bs->InstallProtocolInterface(
        &handle, GUID_OF(EFI_SHELL_PARAMETERS_PROTOCOL), EFI_NATIVE_INTERFACE, &parameters);
    if (EFI_ERROR(status))
        return status;
    proxy_enter();
    *ret_code = shell.bs->StartImage(image, &data_size, &data);
    proxy_leave();
    (void)shell.bs->UninstallProtocolInterface(handle, GUID_OF(EFI_SHELL_PARAMETERS_PROTOCOL),
                                               &parameters);
    if (data != NULL && data_size >= sizeof *data)
        complain("%ls: %ls", words[0], data);
    shell_free(data);
    return EFI_SUCCESS;
}

EFI_STATUS execute_image(char16_t **words, char16_t **raw, size_t count, EFI_STATUS *ret_code)
{
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    EFI_HANDLE image;
    EFI_STATUS status = execute_load(words[0], &image);
    if (EFI_ERROR(status)) {
        /* Loaded, but not allowed to run: still ours to unload. */
        if (status == EFI_SECURITY_VIOLATION)
            (void)shell.bs->UnloadImage(image);
        return status;
    }
    char16_t *options = join_words(raw, count);
    status = options == NULL ? EFI_OUT_OF_RESOURCES
                             : shell.bs->HandleProtocol(image, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL),
                                                        (void **)&loaded);
    if (EFI_ERROR(status)) {
        (void)shell.bs->UnloadImage(image);
    } else {
        loaded->LoadOptions = options;
        loaded->LoadOptionsSize = (uint32_t)ucs2_size(options);
        status = start(image, words, count, ret_code);
    }
    shell_free(options);
    return status;
}
