/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "drivers/virtio/scsi_private.h"
#include "hw/scsi.h"
#include "lib/memory.h"

/* Commands as requests (virtio 1.2 §5.6.6.1). */

/* What a response reads before the device has written it. */
#define RESPONSE_UNTOUCHED 0xffu

static void fill_slot(const struct vscsi_unit *unit, const struct scsi_command *command,
                      struct vscsi_slot *slot, uint64_t id)
{
    slot->header = (struct virtio_scsi_req_header){
        .lun = {1, unit->target, unit->lun[0], unit->lun[1]},
        .id = id,
    };
    memcpy(slot->header.cdb, command->cdb, sizeof command->cdb);
    memset(&slot->response, 0, sizeof slot->response);
    slot->response.response = RESPONSE_UNTOUCHED;
}

/* Header, data out, response, data in. */
static EFI_STATUS submit(struct scsi_unit *scsi, struct scsi_command *command)
{
    struct vscsi_unit *unit = vscsi_unit_of(scsi);
    struct virtio_scsi *controller = unit->controller;
    struct vscsi_request *request = controller->free_requests;
    struct virtqueue_buffer buffers[BLOCK_PIECES_MAX + 2];
    if (controller->dead)
        return EFI_DEVICE_ERROR;
    if (request == NULL)
        return EFI_NOT_READY;
    struct vscsi_slot *slot = request->slot;
    fill_slot(unit, command, slot, (uint64_t)(request - controller->requests));
    unsigned count = 0, out = 1;
    buffers[count++] = (struct virtqueue_buffer){&slot->header, sizeof slot->header};
    for (unsigned i = 0; command->to_device && i < command->piece_count; i++, out++)
        buffers[count++] =
            (struct virtqueue_buffer){command->pieces[i].base, command->pieces[i].size};
    buffers[count++] = (struct virtqueue_buffer){&slot->response, sizeof slot->response};
    for (unsigned i = 0; !command->to_device && i < command->piece_count; i++)
        buffers[count++] =
            (struct virtqueue_buffer){command->pieces[i].base, command->pieces[i].size};
    EFI_STATUS status = virtqueue_add(controller->queue, buffers, out, count - out, request);
    if (EFI_ERROR(status))
        return status;
    controller->free_requests = request->next_free;
    request->unit = unit;
    request->command = command;
    return EFI_SUCCESS;
}

static void kick(struct scsi_unit *scsi)
{
    virtqueue_kick(vscsi_unit_of(scsi)->controller->queue);
}

static EFI_STATUS result_of(uint8_t response)
{
    switch (response) {
    case VIRTIO_SCSI_S_OK:
        return EFI_SUCCESS;
    case VIRTIO_SCSI_S_ABORTED:
    case VIRTIO_SCSI_S_RESET:
    case VIRTIO_SCSI_S_BUSY:
        return EFI_NOT_READY;
    case VIRTIO_SCSI_S_BAD_TARGET:
        return EFI_NOT_FOUND;
    default:
        return EFI_DEVICE_ERROR;
    }
}

static void answer(struct vscsi_request *request, uint32_t length, bool legacy)
{
    struct vscsi_unit *unit = request->unit;
    struct scsi_command *command = request->command;
    struct virtio_scsi *controller = unit->controller;
    struct virtio_scsi_resp response = request->slot->response; /* ours from here on */
    EFI_STATUS status = result_of(response.response);
    if (length < offsetof(struct virtio_scsi_resp, sense) && !legacy)
        status = EFI_DEVICE_ERROR;
    command->status = response.status;
    command->sense =
        scsi_parse_sense(response.sense, MIN(response.sense_len, (uint32_t)sizeof response.sense));
    command->transferred = command->bytes - MIN(response.residual, command->bytes);
    /* What was read must have been written. */
    uint64_t wanted = sizeof response + (uint64_t)command->transferred;
    if (status == EFI_SUCCESS && !command->to_device && length < wanted && !legacy)
        command->transferred = length > sizeof response ? length - (uint32_t)sizeof response : 0;

    request->unit = NULL;
    request->command = NULL;
    request->next_free = controller->free_requests;
    controller->free_requests = request;
    command->complete(&unit->scsi, command, status);
}

static void fail_all(struct virtio_scsi *controller, EFI_STATUS status)
{
    virtio_scsi_kill(controller);
    LIST_FOR_EACH(node, &controller->units)
    scsi_unit_fail(&LIST_ENTRY(node, struct vscsi_unit, link)->scsi, status);
}

/* `scsi` may be a unit that is only being looked for. */
static void abort_all(struct scsi_unit *scsi, EFI_STATUS status)
{
    struct virtio_scsi *controller = vscsi_unit_of(scsi)->controller;
    if (!controller->dead)
        fail_all(controller, status);
    scsi_unit_fail(scsi, status);
}

static void poll(struct scsi_unit *scsi)
{
    struct virtio_scsi *controller = vscsi_unit_of(scsi)->controller;
    struct vscsi_request *request;
    uint32_t length;
    if (controller->dead)
        return;
    while ((request = virtqueue_take(controller->queue, &length)) != NULL) {
        answer(request, length, controller->device->transport->legacy);
        if (controller->dead)
            return; /* the completion aborted the device */
    }
    if (controller->device->broken)
        abort_all(scsi, EFI_DEVICE_ERROR);
}

static EFI_STATUS revive(struct scsi_unit *scsi)
{
    struct virtio_scsi *controller = vscsi_unit_of(scsi)->controller;
    return controller->dead ? virtio_scsi_restart(controller) : EFI_SUCCESS;
}

void virtio_scsi_kill(struct virtio_scsi *controller)
{
    controller->dead = true;
    if (EFI_ERROR(virtio_reset(controller->device))) {
        controller->stuck = true;
        controller->device->transport->quiesce(controller->device);
    }
    controller->free_requests = NULL;
    for (unsigned i = 0; i < SCSI_REQUESTS; i++) {
        controller->requests[i] = (struct vscsi_request){.slot = &controller->slots[i],
                                                         .next_free = controller->free_requests};
        controller->free_requests = &controller->requests[i];
    }
}

const struct scsi_transport virtio_scsi_transport = {
    .submit = submit,
    .kick = kick,
    .poll = poll,
    .abort = abort_all,
    .revive = revive,
};
