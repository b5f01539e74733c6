/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* Fills XMM0 to XMM15 with values of their own and compares them, again and again, until `*count`
 * is `wanted` or more, at most `limit` times. Returns how many comparisons found another value, and
 * one more when MXCSR has changed. */
uint64_t xmm_loop(const volatile unsigned *count, unsigned wanted, uint64_t limit);

/* Overwrites XMM0 to XMM15 and MXCSR, whatever a calling convention says. */
void xmm_clobber(void);
