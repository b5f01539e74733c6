/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/block.h"
#include "lib/list.h"
#include "lib/macros.h"

/* Requests to a block device that nobody waits for: while some are under way, a timer looks for
 * their completion. A device that falls silent is given up: they end with EFI_TIMEOUT. */
struct block_poll {
    struct list link; /* among those that are polled */
    struct block_device *device;
    size_t in_flight;
    struct block_deadline deadline; /* while some are */
};

void block_poll_init(struct block_poll *poll, struct block_device *device);

/* Hands the request to the device, at TPL_CALLBACK. Its complete(), which comes at TPL_CALLBACK,
 * may be before this returns, begins with block_poll_done(). */
EFI_STATUS block_poll_submit(struct block_poll *poll, struct block_request *request) MUST_CHECK;
void block_poll_done(struct block_poll *poll);

/* Waits for what is under way; it ends with EFI_ABORTED when the device falls silent. */
void block_poll_drain(struct block_poll *poll);
