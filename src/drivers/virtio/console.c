/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/console.h"

#include "core/character.h"
#include "core/log.h"
#include "core/pool.h"
#include "core/time.h"
#include "drivers/virtio/pci_transport.h"
#include "drivers/virtio/virtqueue.h"
#include "efi/types.h"
#include "lib/memory.h"
#include "lib/printf.h"

/* One port, no MULTIPORT. Output is copied, so that a host that does not read can be left behind:
 * when all buffers are out for longer than a moment, what is written is dropped until one comes
 * back. */

#define BUFFER_SIZE      256u
#define BUFFER_COUNT     8u /* in each direction */
#define DRAIN_TIMEOUT_MS 50u

struct console_buffer {
    struct console_buffer *next;
    uint8_t *data;
    uint32_t length; /* received */
};

struct virtio_console {
    struct device_instance instance;
    struct device_interface interface;
    struct character_device character;
    struct virtio_device *device;
    struct virtqueue *receive, *transmit;
    uint8_t *memory;
    struct console_buffer buffers[2 * BUFFER_COUNT];
    struct console_buffer *free_transmit;
    struct console_buffer *current; /* received, and not yet read to its end */
    uint32_t position;
    bool not_draining, dead, stuck;
};

static struct virtio_console *console_of(struct character_device *character)
{
    return CONTAINER_OF(character, struct virtio_console, character);
}

static void collect_transmitted(struct virtio_console *console)
{
    struct console_buffer *buffer;
    uint32_t length;
    while ((buffer = virtqueue_take(console->transmit, &length)) != NULL) {
        buffer->next = console->free_transmit;
        console->free_transmit = buffer;
        console->not_draining = false;
    }
}

/* A buffer for output, after a short wait when there is none; NULL: the host does not read. */
static struct console_buffer *get_transmit_buffer(struct virtio_console *console)
{
    collect_transmitted(console);
    if (console->free_transmit == NULL && !console->not_draining) {
        virtqueue_kick(console->transmit);
        struct deadline deadline = deadline_in_ms(DRAIN_TIMEOUT_MS);
        while (console->free_transmit == NULL && !console->device->broken &&
               !deadline_passed(&deadline))
            collect_transmitted(console);
        console->not_draining = console->free_transmit == NULL;
    }
    struct console_buffer *buffer = console->free_transmit;
    if (buffer != NULL)
        console->free_transmit = buffer->next;
    return buffer;
}

static size_t console_write(struct character_device *character, const void *data, size_t size)
{
    struct virtio_console *console = console_of(character);
    const uint8_t *bytes = data;
    size_t done = 0;
    while (done < size && !console->dead) {
        struct console_buffer *buffer = get_transmit_buffer(console);
        if (buffer == NULL)
            break;
        uint32_t part = (uint32_t)MIN(size - done, BUFFER_SIZE);
        memcpy(buffer->data, bytes + done, part);
        const struct virtqueue_buffer piece = {buffer->data, part};
        if (EFI_ERROR(virtqueue_add(console->transmit, &piece, 1, 0, buffer)))
            break; /* broken: the buffer is lost with the device */
        done += part;
    }
    if (!console->dead)
        virtqueue_kick(console->transmit);
    return done;
}

static void post_receive_buffer(struct virtio_console *console, struct console_buffer *buffer)
{
    const struct virtqueue_buffer piece = {buffer->data, BUFFER_SIZE};
    /* There is room for every buffer; only a broken device refuses, and it gets none back. */
    if (EFI_ERROR(virtqueue_add(console->receive, &piece, 0, 1, buffer)))
        return;
    virtqueue_kick(console->receive);
}

static size_t console_read(struct character_device *character, void *data, size_t size)
{
    struct virtio_console *console = console_of(character);
    uint8_t *to = data;
    size_t done = 0;
    /* A device that keeps giving empty buffers back does not hold us here. */
    for (unsigned turn = 0; done < size && !console->dead && turn < 2 * BUFFER_COUNT; turn++) {
        if (console->current == NULL) {
            uint32_t length;
            struct console_buffer *buffer = virtqueue_take(console->receive, &length);
            if (buffer == NULL)
                break;
            buffer->length = length;
            console->current = buffer;
            console->position = 0;
        }
        struct console_buffer *buffer = console->current;
        size_t part = MIN(size - done, buffer->length - console->position);
        memcpy(to + done, buffer->data + console->position, part);
        done += part;
        console->position += (uint32_t)part;
        if (console->position == buffer->length) {
            console->current = NULL;
            post_receive_buffer(console, buffer);
        }
    }
    return done;
}

static bool console_get_size(struct character_device *character, uint16_t *ret_columns,
                             uint16_t *ret_rows)
{
    static const struct virtio_config_field fields[] = {
        {offsetof(struct virtio_console_config, cols), 2},
        {offsetof(struct virtio_console_config, rows), 2}};
    struct virtio_console *console = console_of(character);
    uint32_t values[2];
    if (console->dead || !virtio_has(console->device, VIRTIO_CONSOLE_F_SIZE) ||
        EFI_ERROR(virtio_read_config(console->device, fields, 2, values)) || values[0] == 0 ||
        values[1] == 0)
        return false;
    *ret_columns = (uint16_t)values[0];
    *ret_rows = (uint16_t)values[1];
    return true;
}

static const struct character_operations operations = {
    .write = console_write,
    .read = console_read,
    .get_size = console_get_size,
};

static EFI_STATUS set_up(struct virtio_console *console)
{
    struct virtio_device *device = console->device;
    EFI_STATUS status = virtio_negotiate(device, VIRTIO_CONSOLE_F_SIZE);
    if (!EFI_ERROR(status))
        status = virtqueue_create(device, VIRTIO_CONSOLE_RECEIVE, BUFFER_COUNT, BUFFER_COUNT,
                                  &console->receive);
    if (!EFI_ERROR(status))
        status = virtqueue_create(device, VIRTIO_CONSOLE_TRANSMIT, BUFFER_COUNT, BUFFER_COUNT,
                                  &console->transmit);
    if (EFI_ERROR(status))
        return status;
    console->memory = pool_alloc_pages(ARRAY_SIZE(console->buffers) * BUFFER_SIZE);
    if (console->memory == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (unsigned i = 0; i < ARRAY_SIZE(console->buffers); i++) {
        struct console_buffer *buffer = &console->buffers[i];
        buffer->data = console->memory + i * BUFFER_SIZE;
        if (i >= BUFFER_COUNT) {
            buffer->next = console->free_transmit;
            console->free_transmit = buffer;
        }
    }
    return EFI_SUCCESS;
}

static void release(struct virtio_console *console)
{
    struct virtio_device *device = console->device;
    if (!console->stuck) {
        virtqueue_destroy(console->receive);
        virtqueue_destroy(console->transmit);
        if (console->memory != NULL)
            pool_free_pages(console->memory, ARRAY_SIZE(console->buffers) * BUFFER_SIZE);
    }
    pool_free(console);
    device->transport->close(device);
}

EFI_STATUS virtio_console_start(struct virtio_device *device, struct device_instance **ret)
{
    struct virtio_console *console = pool_alloc_zeroed(sizeof *console);
    if (console == NULL) {
        device->transport->close(device);
        return EFI_OUT_OF_RESOURCES;
    }
    console->device = device;
    console->character.operations = &operations;
    format_text(console->character.name, sizeof console->character.name, "virtio-console %s",
                device->name);
    EFI_STATUS status = set_up(console);
    if (EFI_ERROR(status)) {
        console->stuck = EFI_ERROR(virtio_reset(device));
        release(console);
        return status;
    }
    virtio_driver_ok(device);
    for (unsigned i = 0; i < BUFFER_COUNT; i++) {
        const struct virtqueue_buffer piece = {console->buffers[i].data, BUFFER_SIZE};
        status = virtqueue_add(console->receive, &piece, 0, 1, &console->buffers[i]);
        if (EFI_ERROR(status))
            break;
    }
    virtqueue_kick(console->receive);
    list_init(&console->instance.interfaces);
    console->interface.class = DEVICE_CONSOLE;
    console->interface.console = &console->character;
    list_append(&console->instance.interfaces, &console->interface.link);
    *ret = &console->instance;
    return EFI_SUCCESS;
}

/* What was written and not yet taken is lost only when the host does not read. */
static void kill(struct virtio_console *console)
{
    if (console->dead)
        return;
    struct deadline deadline = deadline_in_ms(DRAIN_TIMEOUT_MS);
    while (console->transmit->in_flight > 0 && !console->not_draining && !console->device->broken &&
           !deadline_passed(&deadline))
        collect_transmitted(console);
    console->dead = true;
    if (EFI_ERROR(virtio_reset(console->device))) {
        console->stuck = true;
        console->device->transport->quiesce(console->device);
    }
}

void virtio_console_stop(struct device_instance *instance)
{
    struct virtio_console *console = CONTAINER_OF(instance, struct virtio_console, instance);
    kill(console);
    release(console);
}

void virtio_console_quiesce(struct device_instance *instance)
{
    struct virtio_console *console = CONTAINER_OF(instance, struct virtio_console, instance);
    kill(console);
    console->device->transport->quiesce(console->device);
}

static bool match(const struct pci_function *function)
{
    return virtio_pci_match(function, VIRTIO_TYPE_CONSOLE);
}

static EFI_STATUS start(struct pci_function *function, struct device_instance **ret)
{
    return virtio_pci_start(function, virtio_console_start, ret);
}

TABLE_ENTRY(struct pci_driver, pci_drivers, virtio_console) = {
    .name = "virtio-console",
    .class = DEVICE_CONSOLE,
    .match = match,
    .start = start,
    .stop = virtio_console_stop,
    .quiesce = virtio_console_quiesce,
};

TABLE_ENTRY(struct virtio_driver, virtio_drivers, virtio_console_any) = {
    .name = "virtio-console",
    .class = DEVICE_CONSOLE,
    .type = VIRTIO_TYPE_CONSOLE,
    .start = virtio_console_start,
    .stop = virtio_console_stop,
    .quiesce = virtio_console_quiesce,
};
