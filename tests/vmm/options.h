/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "vmm/machine.h"

/* Cloud Hypervisor's flags, as far as the bench has what they ask for, and the bench's own behind
 * --bench. A usage line and exit status 2 when it has not. */
void options_parse(struct machine_options *options, int argc, char **argv);
