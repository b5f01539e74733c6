/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/hii.h"
#include "efi/protocol/hii_database.h"
#include "selftest/test.h"

/* A driver's package list: the strings 1 "one" and 2 "two" in "en-US", and a keyboard layout. */
#define HII_LANGUAGE "en-US"

extern const EFI_GUID hii_layout_guid;
extern const EFI_HII_PACKAGE_LIST_HEADER *const hii_packages;
extern const size_t hii_packages_size;

/* NULL, and the test is skipped: the firmware has no HII database. */
EFI_HII_DATABASE_PROTOCOL *hii_database(void);

/* The list in the database, owned by this program; NULL is a failed check. */
EFI_HII_HANDLE hii_add(EFI_HII_DATABASE_PROTOCOL *database);
void hii_remove(EFI_HII_DATABASE_PROTOCOL *database, EFI_HII_HANDLE list);

/* A value that was a list's. */
EFI_HII_HANDLE hii_stale(EFI_HII_DATABASE_PROTOCOL *database);
