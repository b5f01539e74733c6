/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "console/key.h"
#include "efi/protocol/simple_text_in.h"
#include "efi/protocol/simple_text_in_ex.h"
#include "lib/macros.h"

/* Simple Text Input and Simple Text Input Ex over the console (UEFI 2.10 §12.2, §12.3): ConIn. Both
 * read from the same queue. */
extern EFI_SIMPLE_TEXT_INPUT_PROTOCOL simple_text_in_protocol;
extern EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL simple_text_in_ex_protocol;

/* Make the events that are waited for. */
EFI_STATUS simple_text_in_init(void) MUST_CHECK;
EFI_STATUS simple_text_in_ex_init(void) MUST_CHECK;

/* For both files: one that waits for input, or none is there. The user sees a settled screen. */
EFI_STATUS text_input_create_event(EFI_EVENT *ret) MUST_CHECK;
bool text_input_next(struct key *ret);
void text_input_reset(void);

/* Looks for input, at TPL_NOTIFY. */
void text_input_look(void);

/* How long to halt between two looks: input that just came is followed by more. */
uint32_t text_input_period_us(void);

/* simple_text_in_ex.c looks by itself: whoever waits needs no tick of his own. */
bool text_input_is_watched(void);
