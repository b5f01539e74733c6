/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "arch/interrupts.h"

/* Logs what a person needs to find the cause of a processor exception: which one, in which image
 * and where in it, on which processor when it is not the one that boots, the registers, and the
 * calls that the stack tells of. For interrupts_set_exception_handler(). Reads only memory that is
 * mapped RAM; an exception within the report ends it. What another processor tells is logged by the
 * boot processor (crash_post.h). */
void crash_report(const struct interrupt_frame *frame, uint64_t cr2);
