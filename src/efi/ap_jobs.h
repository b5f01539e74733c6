/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/protocol/mp_services.h"
#include "lib/list.h"
#include "lib/macros.h"
#include "platform/application_processors.h"

/* Procedures on application processors: who runs what, who has finished, whose time is over
 * (PI 1.8 volume 2 §13.4.5). All of it is called by the boot processor. */

struct ap_request {
    EFI_AP_PROCEDURE procedure;
    void *argument;
    size_t first, end;   /* the enabled processors among these */
    bool one_by_one;     /* in ascending order; else all at once */
    EFI_EVENT event;     /* NULL: the call returns when the job is over, and the TPL is as it was */
    uint64_t timeout_us; /* 0: none */
    size_t **ret_failed; /* may be NULL: pool memory, the caller's */
    bool *ret_finished;  /* may be NULL; only with an event */
};

/* Takes `processors`, all of them enabled that are not AP_ABSENT. The structure stays the
 * caller's and must live on. */
EFI_STATUS ap_jobs_init(const struct processors *processors) MUST_CHECK;

/* EFI_NOT_STARTED: no processor in the range is enabled; EFI_NOT_READY: one of these is busy;
 * EFI_TIMEOUT; EFI_OUT_OF_RESOURCES. On failure of a request with an event that is never
 * signalled. Processors whose time is over are stopped, and can be used again. */
EFI_STATUS ap_jobs_run(const struct ap_request *request) MUST_CHECK;

bool ap_is_enabled(size_t number);
bool ap_is_healthy(size_t number);
bool ap_is_running(size_t number);
void ap_set_healthy(size_t number, bool healthy);

/* EFI_UNSUPPORTED: it is running something, or does not answer. */
EFI_STATUS ap_set_enabled(size_t number, bool enabled) MUST_CHECK;

/* Forgets everything; no job is under way. */
void ap_jobs_reset(void);
