/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "selftest/files.h"
#include "selftest/fixture.h"

#define READ   EFI_FILE_MODE_READ
#define WRITE  (EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE)
#define CREATE (WRITE | EFI_FILE_MODE_CREATE)

/* The root of the program's own volume, between begin() and end(). */
extern EFI_FILE_PROTOCOL *root;
extern uint64_t info_buffer[128];

bool begin(void);
void end(void);

EFI_STATUS open(EFI_FILE_PROTOCOL **file, const char16_t *name, uint64_t mode);
/* A new file with ten bytes in it; NULL is a failed check. */
EFI_FILE_PROTOCOL *make_file(const char16_t *name);
