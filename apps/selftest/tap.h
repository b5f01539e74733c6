/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "lib/macros.h"
#include "selftest/test.h"

/* The Test Anything Protocol on the console, and on COM1 after ExitBootServices. */
void tap_plan(size_t count);
void tap_note(const char *format, ...) PRINTF(1, 2);
void tap_bail_out(const char *format, ...) PRINTF(1, 2);

/* Runs the tests of a topic, but those that the disk's list says not to run. */
void tap_run(const struct topic *topic);

/* Reads \selftest.skip of the volume that the program comes from: a name of a test on each line. */
void tap_read_skips(void);

/* The console is gone. */
void tap_use_uart(void);
