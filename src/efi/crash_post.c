/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/crash_post.h"

#include <stdbool.h>

#include "core/time.h"

/* How long an application processor waits for the boot processor; and how long that lets it finish
 * when it has lost patience. */
#define PATIENCE_MS 2000
#define REPORT_MS   2000

enum post_state {
    POST_EMPTY,
    POST_WRITING,   /* being filled */
    POST_FULL,      /* for the boot processor to collect */
    POST_COLLECTED, /* it reports */
    POST_LONELY,    /* the application processor itself does */
};

static struct crash post;
static enum post_state post_state;

static enum post_state current_state(void)
{
    return __atomic_load_n(&post_state, __ATOMIC_SEQ_CST);
}

static void set_state(enum post_state state)
{
    __atomic_store_n(&post_state, state, __ATOMIC_SEQ_CST);
}

static bool change_state(enum post_state from, enum post_state to)
{
    return __atomic_compare_exchange_n(&post_state, &from, to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

/* Waits while the state is `state`. False: for too long. */
static bool wait_while(enum post_state state, uint64_t ms)
{
    struct deadline deadline = deadline_in_ms(ms);
    while (current_state() == state)
        if (deadline_passed(&deadline))
            return false;
    return true;
}

/* The one who has changed the state from POST_FULL to `mine` does it. Who takes too long has lost
 * the post meanwhile. */
static void report(const struct crash *crash, enum post_state mine)
{
    crash->report(crash);
    (void)change_state(mine, POST_EMPTY);
}

void crash_post(const struct crash *crash)
{
    if (!change_state(POST_EMPTY, POST_WRITING))
        return;
    post = *crash;
    set_state(POST_FULL);
    if (!wait_while(POST_FULL, PATIENCE_MS) && change_state(POST_FULL, POST_LONELY))
        report(crash, POST_LONELY);
}

void crash_collect(void)
{
    if (current_state() == POST_EMPTY)
        return;
    if (!wait_while(POST_LONELY, REPORT_MS))
        (void)change_state(POST_LONELY, POST_EMPTY);
    if (change_state(POST_FULL, POST_COLLECTED))
        report(&post, POST_COLLECTED);
}
