/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/fs.h"

#include "core/fuse.h"
#include "core/log.h"
#include "core/pool.h"
#include "core/time.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/pci_transport.h"
#include "drivers/virtio/virtqueue.h"
#include "lib/assert.h"
#include "lib/memory.h"
#include "lib/printf.h"

/* The server reads from disks, and may be a busy host's. */
#define TIMEOUT_MS 30000u

/* Header, arguments and data out, header and result in. */
#define QUEUE_MIN 8
#define QUEUE_MAX 8

/* What the device reads and writes: it never sees the caller's memory. */
#define BUFFER_SIZE (FUSE_DATA_MAX + 4096u)

struct virtio_fs {
    struct device_instance instance;
    struct device_interface interface;
    struct fuse_device fuse;
    struct virtio_device *device;
    struct virtqueue *queue;
    uint8_t *out, *in; /* BUFFER_SIZE each, with room for the headers */
    bool dead, stuck;
};

#define OUT_SIZE (sizeof(struct fuse_in_header) + BUFFER_SIZE)
#define IN_SIZE  (sizeof(struct fuse_out_header) + BUFFER_SIZE)

static void kill(struct virtio_fs *fs)
{
    if (fs->dead)
        return;
    fs->dead = true;
    if (EFI_ERROR(virtio_reset(fs->device))) {
        fs->stuck = true;
        fs->device->transport->quiesce(fs->device);
    }
}

static EFI_STATUS wait(struct virtio_fs *fs, uint32_t *ret_length)
{
    struct deadline deadline = deadline_in_ms(TIMEOUT_MS);
    while (virtqueue_take(fs->queue, ret_length) == NULL) {
        if (fs->device->broken)
            return EFI_DEVICE_ERROR;
        if (deadline_passed(&deadline))
            return EFI_TIMEOUT;
    }
    return EFI_SUCCESS;
}

/* Appends a piece to the memory that the device reads. */
static void put(struct virtqueue_buffer *buffers, unsigned *count, uint8_t **to, const void *from,
                size_t size)
{
    if (size == 0)
        return;
    memcpy(*to, from, size);
    buffers[(*count)++] = (struct virtqueue_buffer){*to, (uint32_t)size};
    *to += size;
}

/* One request after the other; `*ret_length` is what the device wrote. */
static EFI_STATUS exchange(struct virtio_fs *fs, const struct fuse_call *call, bool has_reply,
                           uint32_t *ret_length)
{
    struct virtqueue_buffer buffers[5];
    unsigned out = 0, in = 0;
    uint8_t *to = fs->out;
    ASSERT(call->arguments_size <= BUFFER_SIZE &&
           call->data_size <= BUFFER_SIZE - call->arguments_size &&
           call->result_size <= BUFFER_SIZE);
    if (fs->dead)
        return EFI_DEVICE_ERROR;
    put(buffers, &out, &to, &call->header, sizeof call->header);
    put(buffers, &out, &to, call->arguments, call->arguments_size);
    put(buffers, &out, &to, call->data, call->data_size);
    if (has_reply)
        buffers[out + in++] = (struct virtqueue_buffer){fs->in, sizeof call->reply};
    if (call->result_size > 0)
        buffers[out + in++] =
            (struct virtqueue_buffer){fs->in + sizeof call->reply, (uint32_t)call->result_size};
    EFI_STATUS status = virtqueue_add(fs->queue, buffers, out, in, fs);
    if (!EFI_ERROR(status)) {
        virtqueue_kick(fs->queue);
        status = wait(fs, ret_length);
    }
    if (EFI_ERROR(status)) {
        kill(fs);
        return log_failure(status, "%s: no answer to request %u", fs->fuse.name,
                           call->header.opcode);
    }
    return EFI_SUCCESS;
}

static EFI_STATUS fs_call(struct fuse_device *fuse, struct fuse_call *call)
{
    struct virtio_fs *fs = CONTAINER_OF(fuse, struct virtio_fs, fuse);
    uint32_t length;
    EFI_STATUS status = exchange(fs, call, true, &length);
    if (EFI_ERROR(status))
        return status;
    call->result_length = length > sizeof call->reply ? length - sizeof call->reply : 0;
    call->reply = (struct fuse_out_header){0};
    memcpy(&call->reply, fs->in, MIN(length, sizeof call->reply));
    if (call->result_length > 0)
        memcpy(call->result, fs->in + sizeof call->reply, call->result_length);
    return EFI_SUCCESS;
}

static EFI_STATUS fs_post(struct fuse_device *fuse, struct fuse_call *call)
{
    struct virtio_fs *fs = CONTAINER_OF(fuse, struct virtio_fs, fuse);
    uint32_t length;
    return exchange(fs, call, false, &length);
}

static const struct fuse_operations operations = {.call = fs_call, .post = fs_post};

static EFI_STATUS read_configuration(struct virtio_fs *fs)
{
    struct virtio_config_field fields[VIRTIO_FS_TAG_SIZE + 1];
    uint32_t values[VIRTIO_FS_TAG_SIZE + 1];
    for (unsigned i = 0; i < VIRTIO_FS_TAG_SIZE; i++)
        fields[i] = (struct virtio_config_field){(uint8_t)i, 1};
    fields[VIRTIO_FS_TAG_SIZE] =
        (struct virtio_config_field){offsetof(struct virtio_fs_config, num_request_queues), 4};
    EFI_STATUS status = virtio_read_config(fs->device, fields, ARRAY_SIZE(fields), values);
    if (EFI_ERROR(status))
        return status;
    for (unsigned i = 0; i < VIRTIO_FS_TAG_SIZE; i++)
        fs->fuse.tag[i] = (char)values[i];
    if (values[VIRTIO_FS_TAG_SIZE] == 0)
        return log_failure(EFI_UNSUPPORTED, "%s: no request queue", fs->fuse.name);
    return EFI_SUCCESS;
}

static EFI_STATUS set_up(struct virtio_fs *fs)
{
    EFI_STATUS status = virtio_negotiate(fs->device, 0);
    if (!EFI_ERROR(status))
        status = read_configuration(fs);
    if (!EFI_ERROR(status))
        status = virtqueue_create(fs->device, VIRTIO_FS_REQUEST, QUEUE_MIN, QUEUE_MAX, &fs->queue);
    if (EFI_ERROR(status))
        return status;
    fs->out = pool_alloc_pages(OUT_SIZE);
    fs->in = pool_alloc_pages(IN_SIZE);
    return fs->out != NULL && fs->in != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

static void release(struct virtio_fs *fs)
{
    struct virtio_device *device = fs->device;
    if (!fs->stuck) {
        virtqueue_destroy(fs->queue);
        if (fs->out != NULL)
            pool_free_pages(fs->out, OUT_SIZE);
        if (fs->in != NULL)
            pool_free_pages(fs->in, IN_SIZE);
    }
    pool_free(fs);
    device->transport->close(device);
}

EFI_STATUS virtio_fs_start(struct virtio_device *device, struct device_instance **ret)
{
    struct virtio_fs *fs = pool_alloc_zeroed(sizeof *fs);
    if (fs == NULL) {
        device->transport->close(device);
        return EFI_OUT_OF_RESOURCES;
    }
    fs->device = device;
    fs->fuse.operations = &operations;
    format_text(fs->fuse.name, sizeof fs->fuse.name, "virtio-fs %s", device->name);
    EFI_STATUS status = set_up(fs);
    if (EFI_ERROR(status)) {
        kill(fs);
        release(fs);
        return status;
    }
    virtio_driver_ok(device);
    list_init(&fs->instance.interfaces);
    fs->interface.class = DEVICE_FILE_SYSTEM;
    fs->interface.file_system = &fs->fuse;
    list_append(&fs->instance.interfaces, &fs->interface.link);
    *ret = &fs->instance;
    return EFI_SUCCESS;
}

void virtio_fs_stop(struct device_instance *instance)
{
    struct virtio_fs *fs = CONTAINER_OF(instance, struct virtio_fs, instance);
    kill(fs);
    release(fs);
}

void virtio_fs_quiesce(struct device_instance *instance)
{
    struct virtio_fs *fs = CONTAINER_OF(instance, struct virtio_fs, instance);
    if (fs->fuse.end_session != NULL)
        fs->fuse.end_session(fs->fuse.context);
    kill(fs);
    fs->device->transport->quiesce(fs->device);
}

static bool match(const struct pci_function *function)
{
    return virtio_pci_match(function, VIRTIO_TYPE_FS);
}

static EFI_STATUS start(struct pci_function *function, struct device_instance **ret)
{
    return virtio_pci_start(function, virtio_fs_start, ret);
}

TABLE_ENTRY(struct pci_driver, pci_drivers, virtio_fs) = {
    .name = "virtio-fs",
    .class = DEVICE_DISK,
    .match = match,
    .start = start,
    .stop = virtio_fs_stop,
    .quiesce = virtio_fs_quiesce,
};

TABLE_ENTRY(struct virtio_driver, virtio_drivers, virtio_fs_any) = {
    .name = "virtio-fs",
    .class = DEVICE_DISK,
    .type = VIRTIO_TYPE_FS,
    .start = virtio_fs_start,
    .stop = virtio_fs_stop,
    .quiesce = virtio_fs_quiesce,
};
