/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/pool.h"
#include "core/time.h"
#include "drivers/virtio/scsi_private.h"
#include "efi/types.h"
#include "hw/scsi.h"
#include "lib/memory.h"
#include "lib/printf.h"

/* Looking for units: LUN 0 of every target is asked for the target's LUNs, many targets at a time,
 * since most of them are not there. */

#define SCAN_TIMEOUT_MS 10000u

/* For all of it: a device whose every unit hangs does not keep the machine for ever. */
#define SCAN_TOTAL_MS 60000u

#define LUNS_IN_PAGE ((EFI_PAGE_SIZE - SCSI_LUN_SIZE) / SCSI_LUN_SIZE)

/* One target. */
struct probe {
    struct vscsi_unit unit; /* its LUN 0, not in the list */
    struct scsi_command command;
    struct block_piece piece;
    bool done;
    EFI_STATUS status;
};

struct vscsi_unit *virtio_scsi_new_unit(struct virtio_scsi *controller, uint8_t target,
                                        const uint8_t lun[2])
{
    struct vscsi_unit *unit = pool_alloc_zeroed(sizeof *unit);
    if (unit == NULL)
        return NULL;
    unit->controller = controller;
    unit->target = target;
    unit->lun[0] = lun[0];
    unit->lun[1] = lun[1];
    uint16_t number = (uint16_t)((lun[0] << 8 | lun[1]) & 0x3fff);
    unit->interface.class = DEVICE_DISK;
    unit->interface.disk = &unit->scsi.block;
    unit->interface.unit.kind = UNIT_SCSI;
    unit->interface.unit.scsi.target = target;
    unit->interface.unit.scsi.lun = number;
    unit->scsi.transport = &virtio_scsi_transport;
    unit->scsi.requests.part_max = controller->part_max;
    unit->scsi.requests.pieces_max = controller->pieces_max;
    unit->scsi.requests.piece_size_max = VSCSI_PART_MAX;
    unit->scsi.requests.align = 1;
    format_text(unit->scsi.block.name, sizeof unit->scsi.block.name, "virtio-scsi %s %u:%u",
                controller->device->name, target, number);
    list_init(&unit->scsi.requests.waiting);
    return unit;
}

/* Adds the unit when it is a disk. A controller that does not work any more is an error. */
static EFI_STATUS add_unit(struct virtio_scsi *controller, uint8_t target, const uint8_t lun[2])
{
    if (controller->unit_count == VSCSI_UNITS_MAX) {
        log_warning("virtio-scsi %s: more than %u disks", controller->device->name,
                    VSCSI_UNITS_MAX);
        return EFI_SUCCESS;
    }
    struct vscsi_unit *unit = virtio_scsi_new_unit(controller, target, lun);
    if (unit == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = scsi_unit_start(&unit->scsi);
    if (EFI_ERROR(status)) {
        scsi_unit_release(&unit->scsi, controller->stuck);
        pool_free(unit);
        return controller->dead || status == EFI_OUT_OF_RESOURCES ? status : EFI_SUCCESS;
    }
    list_append(&controller->units, &unit->link);
    list_append(&controller->instance.interfaces, &unit->interface.link);
    controller->unit_count++;
    log_debug("%s: %llu blocks of %u bytes", unit->scsi.block.name,
              (unsigned long long)unit->scsi.block.block_count, unit->scsi.block.block_size);
    return EFI_SUCCESS;
}

/* The list is copied: units are looked at by the same memory. Only single-level LUNs are known. */
static EFI_STATUS add_listed(struct virtio_scsi *controller, uint8_t target, const uint8_t *data,
                             uint32_t size)
{
    uint32_t length = (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | data[2] << 8 | data[3];
    uint32_t count = MIN(length, size - SCSI_LUN_SIZE) / SCSI_LUN_SIZE;
    if (length / SCSI_LUN_SIZE > LUNS_IN_PAGE)
        log_warning("virtio-scsi %s: target %u: only %u of its units are looked at",
                    controller->device->name, target, (unsigned)LUNS_IN_PAGE);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *lun = data + SCSI_LUN_SIZE * (i + 1);
        uint8_t method = lun[0] & SCSI_LUN_METHOD_MASK;
        bool bus_0 = method != SCSI_LUN_PERIPHERAL || lun[0] == 0;
        if ((method != SCSI_LUN_PERIPHERAL && method != SCSI_LUN_FLAT) || !bus_0) {
            log_debug("virtio-scsi %s: target %u: LUN of a kind that is not known",
                      controller->device->name, target);
            continue;
        }
        EFI_STATUS status = add_unit(controller, target, lun);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

/* A target that answered: all of its units. */
static EFI_STATUS scan_target(struct probe *probe)
{
    static const uint8_t cdb[SCSI_CDB_SIZE] = {
        [0] = SCSI_REPORT_LUNS, [8] = EFI_PAGE_SIZE >> 8, [9] = EFI_PAGE_SIZE & 0xff};
    struct vscsi_unit *unit = &probe->unit;
    struct virtio_scsi *controller = unit->controller;
    unit->scsi.buffer = pool_alloc_pages(EFI_PAGE_SIZE);
    uint8_t *list = pool_alloc(EFI_PAGE_SIZE);
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    if (unit->scsi.buffer != NULL && list != NULL) {
        uint32_t size;
        status = scsi_execute(&unit->scsi, cdb, EFI_PAGE_SIZE, &size);
        if (!EFI_ERROR(status) && size >= 2 * SCSI_LUN_SIZE) {
            memcpy(list, unit->scsi.buffer, size);
            status = add_listed(controller, unit->target, list, size);
        } else if (!controller->dead) {
            /* Old targets have one unit, and no word for this. */
            status = add_unit(controller, unit->target, unit->lun);
        }
    }
    pool_free(list);
    if (unit->scsi.buffer != NULL && !controller->stuck)
        pool_free_pages(unit->scsi.buffer, EFI_PAGE_SIZE);
    return status;
}

static void probed(struct scsi_unit *scsi, struct scsi_command *command, EFI_STATUS status)
{
    struct probe *probe = CONTAINER_OF(command, struct probe, command);
    probe->done = true;
    probe->status = status;
}

static bool all_done(const struct probe *probes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!probes[i].done)
            return false;
    }
    return true;
}

/* TEST UNIT READY to LUN 0 of each: there is no data, and whatever the unit says, a target is
 * there. */
static EFI_STATUS probe_targets(struct virtio_scsi *controller, struct probe *probes,
                                unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        probes[i].command =
            (struct scsi_command){.cdb = {SCSI_TEST_UNIT_READY}, .complete = probed};
        EFI_STATUS status = virtio_scsi_transport.submit(&probes[i].unit.scsi, &probes[i].command);
        if (status == EFI_NOT_READY) {
            /* A small queue: the rest when these are through. */
            count = i;
            break;
        }
        if (EFI_ERROR(status))
            return status;
    }
    virtio_scsi_transport.kick(&probes[0].unit.scsi);
    struct deadline deadline = deadline_in_ms(SCAN_TIMEOUT_MS);
    while (!controller->dead && !all_done(probes, count)) {
        virtio_scsi_transport.poll(&probes[0].unit.scsi);
        if (!all_done(probes, count) && deadline_passed(&deadline))
            return log_failure(EFI_TIMEOUT, "virtio-scsi %s: no answer", controller->device->name);
    }
    return controller->dead ? EFI_DEVICE_ERROR : EFI_SUCCESS;
}

static void init_probe(struct virtio_scsi *controller, struct probe *probe, unsigned target)
{
    *probe = (struct probe){
        .unit = {.controller = controller, .target = (uint8_t)target, .lun = {SCSI_LUN_FLAT, 0}},
    };
    probe->unit.scsi.transport = &virtio_scsi_transport;
    list_init(&probe->unit.scsi.requests.waiting);
    format_text(probe->unit.scsi.block.name, sizeof probe->unit.scsi.block.name,
                "virtio-scsi %s %u:0", controller->device->name, target);
}

/* A unit that hangs costs the device a reset, and the other units nothing. */
static EFI_STATUS scan_or_restart(struct probe *probe)
{
    struct virtio_scsi *controller = probe->unit.controller;
    EFI_STATUS status = scan_target(probe);
    return EFI_ERROR(status) && controller->dead ? virtio_scsi_restart(controller) : status;
}

/* `*next` moves on behind the targets that were looked at. */
static EFI_STATUS scan_some(struct virtio_scsi *controller, struct probe *probes, unsigned *next,
                            unsigned end)
{
    unsigned count = MIN(end - *next, SCSI_REQUESTS), asked = 0;
    for (unsigned i = 0; i < count; i++)
        init_probe(controller, &probes[i], *next + i);
    EFI_STATUS status = probe_targets(controller, probes, count);
    for (; asked < count && probes[asked].done && !EFI_ERROR(status); asked++) {
        if (probes[asked].status != EFI_NOT_FOUND)
            status = scan_or_restart(&probes[asked]);
    }
    *next += asked;
    return !EFI_ERROR(status) && asked == 0 ? EFI_DEVICE_ERROR : status;
}

EFI_STATUS virtio_scsi_scan(struct virtio_scsi *controller, unsigned target_count)
{
    struct probe *probes = pool_alloc(SCSI_REQUESTS * sizeof *probes);
    if (probes == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = EFI_SUCCESS;
    struct deadline deadline = deadline_in_ms(SCAN_TOTAL_MS);
    for (unsigned next = 0; next < target_count && !EFI_ERROR(status);) {
        status = scan_some(controller, probes, &next, target_count);
        if (deadline_passed(&deadline))
            break;
    }
    pool_free(probes);
    return status;
}
