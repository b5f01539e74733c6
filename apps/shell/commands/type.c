/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/utf8.h"
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { ASCII, UNICODE };

static const struct option options[] = {
    {"-a", OPTION_FLAG, NULL, "The file is ASCII or UTF-8, whatever it begins with."},
    {"-u", OPTION_FLAG, NULL, "The file is UCS-2."},
};

#define PIECE 4096

struct decoder {
    bool wide, holds;
    uint8_t held;
    struct utf8_decoder utf8;
};

/* Control characters that would do things to the screen are shown as dots. */
static void put(struct text *text, char16_t c)
{
    if (c == BYTE_ORDER_MARK || c == '\r')
        return;
    text_put(text, c < ' ' && c != '\n' && c != '\t' ? '.' : c);
}

static void decode(struct decoder *d, const uint8_t *bytes, size_t size, struct text *ret)
{
    for (size_t i = 0; i < size; i++) {
        char16_t c;
        if (d->wide) {
            if (d->holds)
                put(ret, (char16_t)(d->held | bytes[i] << 8));
            d->held = bytes[i];
            d->holds = !d->holds;
        } else if (utf8_decode(&d->utf8, bytes[i], &c)) {
            put(ret, c);
        }
    }
}

static EFI_STATUS show(struct invocation *i, EFI_FILE_PROTOCOL *file, uint8_t *buffer)
{
    struct decoder decoder = {.wide = i->values[UNICODE] != NULL};
    EFI_STATUS status = EFI_SUCCESS;
    bool first = true, ended = true;
    for (size_t size = PIECE; size > 0 && !EFI_ERROR(status); first = false) {
        struct text text = {0};
        size = PIECE;
        status = shell_interrupted() ? EFI_ABORTED : file_read(file, buffer, &size);
        if (EFI_ERROR(status))
            break;
        if (first && i->values[ASCII] == NULL && size >= 2 && buffer[0] == 0xff &&
            buffer[1] == 0xfe)
            decoder.wide = true;
        decode(&decoder, buffer, size, &text);
        if (text.failed)
            status = EFI_OUT_OF_RESOURCES;
        else
            print_text(text_string(&text));
        if (text.length > 0)
            ended = text.data[text.length - 1] == '\n';
        text_free(&text);
    }
    if (!ended)
        print("\n");
    return status;
}

static EFI_STATUS type_one(struct invocation *i, const struct found *found)
{
    EFI_FILE_PROTOCOL *file;
    if (found_is_directory(found))
        return complain_status(EFI_INVALID_PARAMETER, "%ls is a directory", found->full);
    uint8_t *buffer = shell_alloc(PIECE);
    if (buffer == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = file_open(found->full, EFI_FILE_MODE_READ, 0, &file);
    if (!EFI_ERROR(status)) {
        status = show(i, file, buffer);
        file_close(file);
    }
    shell_free(buffer);
    return complain_unless_aborted(status, found->full);
}

static EFI_STATUS type(struct invocation *i)
{
    struct found *found;
    if (i->values[ASCII] != NULL && i->values[UNICODE] != NULL) {
        complain("-a and -u exclude each other");
        return EFI_INVALID_PARAMETER;
    }
    EFI_STATUS status = operands_files(i, 0, i->count, &found);
    for (; !EFI_ERROR(status) && found != NULL; found = found->next)
        status = type_one(i, found);
    return status;
}

SHELL_COMMAND(type_command) = {
    .name = "type",
    .run = type,
    .summary = "Shows what is in text files.",
    .operands = "file…",
    .details =
        "A file that begins with the byte order mark FF FE is taken for UCS-2, any other for\n"
        "ASCII or UTF-8.",
    .examples = "  type startup.nsh\n  type -b *.txt",
    OPTIONS(options),
    .least = 1,
    .most = ANY_NUMBER,
};
