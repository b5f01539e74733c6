/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "selftest/test.h"

/* Each list ends with NULL. */
extern const struct topic *const topics_before_exit[];
extern const struct topic *const topics_after_exit[];
extern const struct topic *const topics_virtual[];
