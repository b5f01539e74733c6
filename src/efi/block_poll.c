/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/block_poll.h"

#include "efi/event.h"
#include "efi/timer.h"
#include "efi/tpl.h"

#define POLL_INTERVAL_100NS 5000 /* 0.5 ms */

static EFI_EVENT poll_event;
static size_t requests_in_flight;
static struct list polled = LIST_INIT(polled);

static void EFIAPI poll_all(EFI_EVENT event, void *context)
{
    LIST_FOR_EACH_SAFE(node, &polled)
    {
        struct block_poll *poll = LIST_ENTRY(node, struct block_poll, link);
        if (poll->in_flight > 0)
            block_look(poll->device, &poll->deadline, EFI_TIMEOUT);
        if (poll->in_flight == 0)
            list_remove(&poll->link);
    }
}

static EFI_STATUS make_poll_event(void)
{
    if (poll_event != NULL)
        return EFI_SUCCESS;
    return efi_create_event(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, poll_all, NULL,
                            &poll_event);
}

void block_poll_init(struct block_poll *poll, struct block_device *device)
{
    *poll = (struct block_poll){.device = device};
    list_init(&poll->link);
}

void block_poll_done(struct block_poll *poll)
{
    poll->in_flight--;
    if (--requests_in_flight == 0)
        (void)efi_set_timer(poll_event, TimerCancel, 0);
}

EFI_STATUS block_poll_submit(struct block_poll *poll, struct block_request *request)
{
    EFI_STATUS status = make_poll_event();
    if (EFI_ERROR(status))
        return status;
    if (poll->in_flight++ == 0)
        poll->deadline = block_deadline_start(poll->device);
    if (requests_in_flight++ == 0)
        (void)efi_set_timer(poll_event, TimerPeriodic, POLL_INTERVAL_100NS);
    if (list_empty(&poll->link))
        list_append(&polled, &poll->link);
    status = poll->device->operations->submit(poll->device, request);
    if (EFI_ERROR(status))
        block_poll_done(poll);
    return status;
}

void block_poll_drain(struct block_poll *poll)
{
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK); /* poll_all() must not come in between */
    if (poll->in_flight > 0)
        poll->deadline = block_deadline_start(poll->device);
    while (poll->in_flight > 0)
        block_look(poll->device, &poll->deadline, EFI_ABORTED);
    list_remove(&poll->link);
    efi_restore_tpl(tpl);
}
