/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "lib/macros.h"

/* A printf for the firmware. Conversions: %c %s %d %i %u %x %X %p %% with flags 0, -, +, space and
 * #, width, precision, * and the length modifiers hh h l ll z j t. Beyond ISO C:
 *   %ls  const char16_t *, printed as UTF-8 (everything is built with -fshort-wchar)
 *   %pU  const EFI_GUID *, in the registry format
 * Floating point does not exist. Show an EFI_STATUS with %s and status_name().
 *
 * Formats into `buffer[size]`, NUL terminated when size > 0. Returns the length that the whole text
 * has, so a result >= size means that it was cut. */
size_t format_text(char *buffer, size_t size, const char *format, ...) PRINTF(3, 4);
size_t format_text_va(char *buffer, size_t size, const char *format, va_list args) PRINTF(3, 0);
