/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

/* Every line that was logged since captured_log_start(), for tests that ask what a user is told. */

void captured_log_start(void);
void captured_log_stop(void);
bool captured_log_has(const char *text);
unsigned captured_log_lines(void);
