/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"
#include "efi/protocol/device_path.h"
#include "efi/runtime_services.h"
#include "efi/system_table.h"

/* What the EFI programs of the system tests share. Each tells what it finds, "guest: key=value" a
 * line, numbers in hexadecimal. */

extern EFI_SYSTEM_TABLE *st;
extern EFI_HANDLE self;

/* The program. Its status is what efi_main() returns. */
EFI_STATUS guest_main(void);

/* Port 0x80, which a VMM can see: the first instruction of every program writes CODE_HERE
 * (tests/vmm/machine.h: MARK), one that wants the power cut writes CODE_POWER_CUT. */
#define CODE_HERE      0xa5
#define CODE_POWER_CUT 0x5a
void tell_vmm(uint8_t code);

/* ASCII; lines end in "\r\n". */
void print(const char *text);
void tell(const char *key, uint64_t value);

/* In hexadecimal, with `digits` digits at least. */
void print_number(uint64_t value, unsigned digits);

/* Tells "key=0" when it holds and "key=1" when not, and remembers the latter. */
void check(const char *key, bool holds);
bool all_checks_held(void);

/* Where this program was loaded. */
void *image_base(void);

/* A word of the program's load options, which are "key=value key=value …": the length of its value,
 * which is copied to `to` as ASCII and cut to `size`; 0: not there. */
size_t option(const char *key, char *to, size_t size);

/* The path of a file on the volume that this program came from; pool memory, NULL: there is none.
 */
EFI_DEVICE_PATH_PROTOCOL *path_of(const char16_t *name);

/* Starts the file `name` of the volume that this program came from, with its own load options. */
EFI_STATUS chain(const char16_t *name);
