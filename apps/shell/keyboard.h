/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/simple_text_in_ex.h"
#include "lib/macros.h"

/* The keyboard, with Simple Text Input Ex where the firmware has it. Ctrl-C interrupts, wherever
 * the processor is; Ctrl-S stops output until the next key. */
EFI_STATUS keyboard_open(void) MUST_CHECK;
void keyboard_close(void);

EFI_STATUS keyboard_wait(EFI_KEY_DATA *ret) MUST_CHECK;

/* The next key if there is one. */
bool keyboard_poll(EFI_KEY_DATA *ret);

/* Waits for a key when the user pressed Ctrl-S. */
void keyboard_pause(void);

/* Drops the keys that were typed before Ctrl-C, and that one. */
void keyboard_forget(void);

/* Full-screen programs: Ctrl-C and Ctrl-S are keys like others. */
void keyboard_set_raw(bool on);

/* Waits with the processor halted. False: the user pressed Ctrl-C. */
bool shell_sleep(uint64_t microseconds);
