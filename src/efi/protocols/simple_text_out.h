/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/simple_text_out.h"

/* EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL over the console: ConOut and StdErr. */
extern EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL simple_text_out_protocol;

/* StdErr: the same screen, on those terminals that show errors. */
extern EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL standard_error_protocol;

/* Fills in the modes; again when a terminal has come or gone. */
void simple_text_out_update_modes(void);
