/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/virtio.h"

#include "core/log.h"
#include "core/time.h"
#include "lib/memory.h"

/* Device initialisation (virtio 1.2 §3.1.1). */

/* A reset is immediate on every VMM that emulates its devices; behind VFIO or vhost-user it may
 * take a moment. */
#define RESET_TIMEOUT_MS 2000u

#define CONFIG_RETRIES 8u

EFI_STATUS virtio_broken(struct virtio_device *device, const char *reason)
{
    if (!device->broken)
        log_error("virtio %s: device is broken: %s", device->name, reason);
    device->broken = true;
    return EFI_DEVICE_ERROR;
}

EFI_STATUS virtio_reset(struct virtio_device *device)
{
    const struct virtio_transport *transport = device->transport;
    if (transport->get_status(device) == 0)
        return EFI_SUCCESS;
    transport->set_status(device, 0);
    struct deadline deadline = deadline_in_ms(RESET_TIMEOUT_MS);
    while (transport->get_status(device) != 0) {
        if (deadline_passed(&deadline))
            return log_failure(EFI_TIMEOUT, "virtio %s: reset", device->name);
    }
    return EFI_SUCCESS;
}

/* Wanted is `wanted`, or what `choose` says. */
static EFI_STATUS negotiate(struct virtio_device *device, uint64_t wanted,
                            uint64_t (*choose)(uint64_t offered))
{
    const struct virtio_transport *transport = device->transport;
    EFI_STATUS status = virtio_reset(device);
    if (EFI_ERROR(status))
        return status;

    /* First of all: while the status is 0, Cloud Hypervisor takes any write for a reset and forgets
     * what was selected. One bit after the other (§3.1.1): Firecracker ignores two at once. */
    transport->set_status(device, VIRTIO_STATUS_ACKNOWLEDGE);
    uint8_t device_status = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER;
    transport->set_status(device, device_status);

    uint64_t offered = transport->get_features(device);
    device->broken = false;
    if (choose != NULL)
        wanted = choose(offered);
    device->has_tables = (offered & wanted & VIRTIO_F_INDIRECT_DESC) != 0;
    if (!device->uses_tables)
        wanted &= ~VIRTIO_F_INDIRECT_DESC;
    if (transport->legacy) {
        device->features = offered & wanted & UINT32_MAX;
        transport->set_features(device, device->features);
        return EFI_SUCCESS;
    }
    if ((offered & VIRTIO_F_VERSION_1) == 0) {
        status = log_failure(EFI_UNSUPPORTED, "virtio %s: features 0x%llx, no virtio 1.0",
                             device->name, (unsigned long long)offered);
        goto failed;
    }
    device->features = offered & (wanted | VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM);
    transport->set_features(device, device->features);
    device_status |= VIRTIO_STATUS_FEATURES_OK;
    transport->set_status(device, device_status);
    if ((transport->get_status(device) & VIRTIO_STATUS_FEATURES_OK) == 0) {
        status = log_failure(EFI_UNSUPPORTED, "virtio %s: features 0x%llx refused", device->name,
                             (unsigned long long)device->features);
        goto failed;
    }
    return EFI_SUCCESS;

failed:
    transport->set_status(device, VIRTIO_STATUS_FAILED);
    return status;
}

EFI_STATUS virtio_negotiate(struct virtio_device *device, uint64_t wanted)
{
    return negotiate(device, wanted, NULL);
}

EFI_STATUS virtio_negotiate_by(struct virtio_device *device, uint64_t (*choose)(uint64_t offered))
{
    return negotiate(device, 0, choose);
}

EFI_STATUS virtio_use_tables(struct virtio_device *device)
{
    uint64_t features = device->features;
    device->uses_tables = true;
    EFI_STATUS status = virtio_negotiate(device, features | VIRTIO_F_INDIRECT_DESC);
    if (!EFI_ERROR(status) && ((device->features ^ features) & ~VIRTIO_F_INDIRECT_DESC) != 0)
        status =
            log_failure(EFI_DEVICE_ERROR, "virtio %s: its features have changed", device->name);
    return status;
}

void virtio_driver_ok(struct virtio_device *device)
{
    uint8_t status = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK;
    if (!device->transport->legacy)
        status |= VIRTIO_STATUS_FEATURES_OK;
    device->transport->set_status(device, status);
}

/* Reads the registers and says whether they are what was read before. */
static bool read_again(struct virtio_device *device, const struct virtio_config_field *fields,
                       unsigned count, uint32_t *values)
{
    bool same = true;
    for (unsigned i = 0; i < count; i++) {
        uint32_t value = device->transport->read_config(device, fields[i].offset, fields[i].width);
        same &= value == values[i];
        values[i] = value;
    }
    return same;
}

EFI_STATUS virtio_read_config(struct virtio_device *device,
                              const struct virtio_config_field *fields, unsigned count,
                              uint32_t *ret_values)
{
    const struct virtio_transport *transport = device->transport;
    uint8_t generation = transport->config_generation(device);
    memset(ret_values, 0, count * sizeof *ret_values);
    for (unsigned attempt = 0; attempt < CONFIG_RETRIES; attempt++) {
        bool same = read_again(device, fields, count, ret_values) && attempt > 0;
        uint8_t after = transport->config_generation(device);
        /* Without generations two equal readings are a consistent one (§2.5.4). */
        if (after == generation && (same || !transport->legacy))
            return EFI_SUCCESS;
        generation = after;
    }
    return log_failure(EFI_DEVICE_ERROR, "virtio %s: its configuration never stands still",
                       device->name);
}
