/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Starts devices when a loaded image looks for what they would offer (DESIGN decision 7). */
void lazy_connect_init(void);
