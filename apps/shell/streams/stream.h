/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/protocol/simple_file_system.h"
#include "lib/macros.h"
#include "shell/language/command_line.h"

/* Standard input, output and error as files, which is what SHELL_FILE_HANDLE means. Text in them is
 * UCS-2 without a byte order mark. */

struct stream {
    EFI_FILE_PROTOCOL file;
    EFI_STATUS (*write)(struct stream *stream, const void *data, size_t size);
    /* `*size` is 0 at the end. */
    EFI_STATUS (*read)(struct stream *stream, void *data, size_t *size);
    EFI_STATUS (*close)(struct stream *stream); /* NULL: it lives for ever */
};

/* Fills in the file protocol; the operations may be NULL. */
void stream_init(struct stream *stream);

/* Takes all that is written, and gives nothing. */
EFI_FILE_PROTOCOL *stream_null(void);

/* Memory that is written first and read later, as a pipe does; NULL: out of memory. */
EFI_FILE_PROTOCOL *stream_open_memory(void) MUST_CHECK;
/* Reading begins again at its first byte. */
void stream_rewind_memory(EFI_FILE_PROTOCOL *stream);

/* The environment variable `name`: written with its content when it is closed (to the old content
 * if `append`), or read. */
EFI_STATUS stream_open_variable(const char16_t *name, bool append, bool write,
                                EFI_FILE_PROTOCOL **ret) MUST_CHECK;

/* UTF-8 on the file, UCS-2 on this side. Closes the file with itself. */
EFI_STATUS stream_open_narrow(EFI_FILE_PROTOCOL *file, EFI_FILE_PROTOCOL **ret) MUST_CHECK;

/* What a redirection names. One for output is made, or emptied, or appended to. */
EFI_STATUS stream_open_redirection(const struct redirection *redirection, bool write,
                                   EFI_FILE_PROTOCOL **ret) MUST_CHECK;
