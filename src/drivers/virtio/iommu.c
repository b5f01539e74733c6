/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/iommu.h"

#include "core/log.h"
#include "core/pool.h"
#include "core/time.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/mmio.h"
#include "drivers/virtio/pci_transport.h"
#include "drivers/virtio/virtqueue.h"
#include "efi/types.h"
#include "lib/list.h"
#include "lib/status_name.h"

/* VMMs answer at once. */
#define TIMEOUT_MS 2000u

#define IOMMUS_MAX 8

/* A request is two descriptors, and the next one waits for its answer. Nobody reads the events, but
 * Cloud Hypervisor starts the device only with both queues. */
#define QUEUE_MIN 2
#define QUEUE_MAX 2

enum state {
    UNKNOWN,
    BYPASSED, /* or not there at all */
    RUNNING,
    BROKEN,
};

/* What the device sees, on a page of its own. */
struct shared {
    union {
        struct virtio_iommu_req_attach attach; /* and detach */
        struct virtio_iommu_req_map map;
    } request;
    volatile struct virtio_iommu_req_tail tail;
};

struct iommu {
    struct device_place place;
    enum state state;
    struct virtio_mmio_place mmio;

    /* While it runs, or is broken and devices are attached. */
    struct virtio_device *device;
    struct virtqueue *requests, *events;
    struct shared *shared;
    uint32_t domain;      /* one for all that are let through */
    uint64_t first, last; /* addresses that can be mapped */
    bool has_small_pages; /* mappings may begin and end at our pages */
    bool mapped;          /* the domain holds the RAM, or needs no mappings */
    bool stuck;           /* it does not reset, and keeps its memory */
    unsigned attached;
};

/* A device that was let through. */
struct grant {
    struct list link;
    struct iommu *iommu;
    struct device_place place;
    uint32_t endpoint;
};

static const struct machine *machine;
static struct pci_function *(*find_function)(const struct device_place *place);
static struct iommu iommus[IOMMUS_MAX];
static size_t iommu_count;
static struct list grants = LIST_INIT(grants);
static bool opening; /* an IOMMU: those are behind nobody */

void virtio_iommu_init(const struct machine *found,
                       struct pci_function *(*find)(const struct device_place *place))
{
    machine = found;
    find_function = find;
    iommu_count = 0;
    list_init(&grants);
    opening = false;
}

static bool is_same(const struct device_place *a, const struct device_place *b)
{
    return a->mmio == b->mmio && a->segment == b->segment && a->bdf == b->bdf;
}

/* EFI_NOT_FOUND: there is no virtio-iommu. */
static EFI_STATUS open_device(struct iommu *iommu)
{
    struct pci_function *function;
    EFI_STATUS status = EFI_NOT_FOUND;
    opening = true;
    if (iommu->place.mmio != 0) {
        iommu->mmio = (struct virtio_mmio_place){
            .base = iommu->place.mmio,
            .size = VIRTIO_MMIO_CONFIG + sizeof(struct virtio_iommu_config),
        };
        status = virtio_mmio_probe(&iommu->mmio);
        if (!EFI_ERROR(status))
            status = iommu->mmio.type == VIRTIO_TYPE_IOMMU
                         ? virtio_mmio_open(&iommu->mmio, &iommu->device)
                         : EFI_NOT_FOUND;
    } else {
        function = find_function(&iommu->place);
        if (function != NULL && virtio_pci_match(function, VIRTIO_TYPE_IOMMU))
            status = virtio_pci_open(function, &iommu->device);
    }
    opening = false;
    return status;
}

/* Without the register a device that nobody attached reaches nothing (§5.13.6.2). */
static bool is_bypassed(struct virtio_device *device)
{
    return (device->transport->get_features(device) & VIRTIO_IOMMU_F_BYPASS_CONFIG) != 0 &&
           device->transport->read_config(device, offsetof(struct virtio_iommu_config, bypass),
                                          1) == 1;
}

static void close_device(struct iommu *iommu)
{
    if (!iommu->stuck) {
        virtqueue_destroy(iommu->requests);
        virtqueue_destroy(iommu->events);
        if (iommu->shared != NULL)
            pool_free_pages(iommu->shared, EFI_PAGE_SIZE);
    }
    iommu->requests = iommu->events = NULL;
    iommu->shared = NULL;
    iommu->device->transport->close(iommu->device);
    iommu->device = NULL;
}

/* Everybody behind it is cut off. */
static void give_up(struct iommu *iommu)
{
    iommu->state = BROKEN;
    iommu->stuck = EFI_ERROR(virtio_reset(iommu->device));
    iommu->device->transport->quiesce(iommu->device);
}

/* Sends the first `size` bytes of what stands in shared->request. */
static EFI_STATUS send(struct iommu *iommu, uint32_t size)
{
    volatile struct virtio_iommu_req_tail *tail = &iommu->shared->tail;
    const struct virtqueue_buffer buffers[] = {
        {&iommu->shared->request, size},
        {(const void *)tail, sizeof *tail},
    };
    tail->status = UINT8_MAX;
    EFI_STATUS status = virtqueue_add(iommu->requests, buffers, 1, 1, iommu);
    if (EFI_ERROR(status))
        return status;
    virtqueue_kick(iommu->requests);
    struct deadline deadline = deadline_in_ms(TIMEOUT_MS);
    uint32_t length;
    while (virtqueue_take(iommu->requests, &length) == NULL) {
        if (iommu->device->broken || deadline_passed(&deadline)) {
            status = iommu->device->broken ? EFI_DEVICE_ERROR : EFI_TIMEOUT;
            if (status == EFI_TIMEOUT)
                (void)virtio_broken(iommu->device, "no answer");
            give_up(iommu);
            return status;
        }
    }
    return tail->status == VIRTIO_IOMMU_S_OK ? EFI_SUCCESS : EFI_DEVICE_ERROR;
}

static EFI_STATUS send_endpoint(struct iommu *iommu, uint8_t type, uint32_t endpoint,
                                uint32_t flags)
{
    iommu->shared->request.attach = (struct virtio_iommu_req_attach){
        .type = type,
        .domain = iommu->domain,
        .endpoint = endpoint,
        .flags = flags,
    };
    return send(iommu, sizeof(struct virtio_iommu_req_attach));
}

/* Where all devices can be told to bypass single ones can, too; else the RAM is mapped. */
static uint64_t choose_features(uint64_t offered)
{
    uint64_t how = (offered & VIRTIO_IOMMU_F_BYPASS_CONFIG) != 0
                       ? VIRTIO_IOMMU_F_BYPASS_CONFIG
                       : VIRTIO_IOMMU_F_MAP_UNMAP | VIRTIO_IOMMU_F_INPUT_RANGE;
    return offered & (how | VIRTIO_IOMMU_F_DOMAIN_RANGE);
}

static EFI_STATUS read_limits(struct iommu *iommu)
{
    static const struct virtio_config_field fields[] = {
        {offsetof(struct virtio_iommu_config, page_size_mask), 4},
        {offsetof(struct virtio_iommu_config, domain_start), 4},
        {offsetof(struct virtio_iommu_config, input_start), 4},
        {offsetof(struct virtio_iommu_config, input_start_high), 4},
        {offsetof(struct virtio_iommu_config, input_end), 4},
        {offsetof(struct virtio_iommu_config, input_end_high), 4},
    };
    uint32_t values[ARRAY_SIZE(fields)];
    EFI_STATUS status = virtio_read_config(iommu->device, fields, ARRAY_SIZE(fields), values);
    if (EFI_ERROR(status))
        return status;
    bool limited = virtio_has(iommu->device, VIRTIO_IOMMU_F_INPUT_RANGE);
    iommu->has_small_pages = (values[0] & (2 * EFI_PAGE_SIZE - 1)) != 0;
    iommu->domain = virtio_has(iommu->device, VIRTIO_IOMMU_F_DOMAIN_RANGE) ? values[1] : 0;
    iommu->first = limited ? values[2] | (uint64_t)values[3] << 32 : 0;
    iommu->last = limited ? values[4] | (uint64_t)values[5] << 32 : UINT64_MAX;
    return EFI_SUCCESS;
}

static EFI_STATUS set_up(struct iommu *iommu)
{
    struct virtio_device *device = iommu->device;
    EFI_STATUS status = virtio_negotiate_by(device, choose_features);
    if (!EFI_ERROR(status))
        status = virtqueue_create(device, 0, QUEUE_MIN, QUEUE_MAX, &iommu->requests);
    if (!EFI_ERROR(status))
        status = virtqueue_create(device, 1, QUEUE_MIN, QUEUE_MAX, &iommu->events);
    if (EFI_ERROR(status))
        return status;
    iommu->shared = pool_alloc_pages(EFI_PAGE_SIZE);
    if (iommu->shared == NULL)
        return EFI_OUT_OF_RESOURCES;
    status = read_limits(iommu);
    if (EFI_ERROR(status))
        return status;
    iommu->mapped = virtio_has(device, VIRTIO_IOMMU_F_BYPASS_CONFIG);
    virtio_driver_ok(device);
    return EFI_SUCCESS;
}

/* The first device behind it comes: looks whether it bypasses, and else starts it. */
static EFI_STATUS start(struct iommu *iommu)
{
    EFI_STATUS status = open_device(iommu);
    iommu->stuck = false;
    if (status == EFI_NOT_FOUND) {
        log_warning("ACPI VIOT: no virtio-iommu at 0x%llx",
                    (unsigned long long)(iommu->place.mmio | (uint64_t)iommu->place.segment << 16 |
                                         iommu->place.bdf));
        iommu->state = BYPASSED;
        return EFI_SUCCESS;
    }
    if (EFI_ERROR(status)) {
        iommu->state = status == EFI_OUT_OF_RESOURCES ? UNKNOWN : BROKEN;
        return status;
    }
    if (is_bypassed(iommu->device)) {
        iommu->state = BYPASSED;
        close_device(iommu);
        return EFI_SUCCESS;
    }
    status = set_up(iommu);
    if (EFI_ERROR(status)) {
        give_up(iommu);
        close_device(iommu);
        if (status == EFI_OUT_OF_RESOURCES)
            iommu->state = UNKNOWN; /* not its fault */
        return status;
    }
    iommu->state = RUNNING;
    return EFI_SUCCESS;
}

static struct iommu *find_iommu(const struct device_place *place)
{
    for (size_t i = 0; i < iommu_count; i++) {
        if (is_same(&iommus[i].place, place))
            return &iommus[i];
    }
    if (iommu_count == IOMMUS_MAX) {
        log_error("ACPI VIOT: more than %u IOMMUs", IOMMUS_MAX);
        return NULL;
    }
    struct iommu *iommu = &iommus[iommu_count++];
    *iommu = (struct iommu){.place = *place};
    return iommu;
}

/* Addresses stay what they are; there are no interrupts, so that no doorbell needs a mapping. */
static EFI_STATUS map_ram(struct iommu *iommu)
{
    if (!virtio_has(iommu->device, VIRTIO_IOMMU_F_MAP_UNMAP) || !iommu->has_small_pages)
        return EFI_UNSUPPORTED;
    for (size_t i = 0; i < machine->memory_count; i++) {
        const struct memory_range *range = &machine->memory[i];
        uint64_t end = range->base + range->size - 1;
        if (range->kind != MEMORY_RAM)
            continue;
        if (range->base < iommu->first || end > iommu->last)
            return EFI_UNSUPPORTED;
        iommu->shared->request.map = (struct virtio_iommu_req_map){
            .type = VIRTIO_IOMMU_T_MAP,
            .domain = iommu->domain,
            .virt_start = range->base,
            .virt_end = end,
            .phys_start = range->base,
            .flags = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE,
        };
        EFI_STATUS status = send(iommu, sizeof(struct virtio_iommu_req_map));
        if (EFI_ERROR(status))
            return status;
    }
    iommu->mapped = true;
    return EFI_SUCCESS;
}

/* When nobody is behind it any more it is as it was found. */
static void leave(struct iommu *iommu)
{
    if (iommu->attached > 0 || iommu->device == NULL)
        return;
    if (iommu->state == RUNNING) {
        give_up(iommu);
        iommu->state = UNKNOWN;
    }
    close_device(iommu);
}

static void remove_grant(struct grant *grant)
{
    struct iommu *iommu = grant->iommu;
    list_remove(&grant->link);
    pool_free(grant);
    iommu->attached--;
    leave(iommu);
}

static EFI_STATUS send_detach(const struct grant *grant)
{
    if (grant->iommu->state != RUNNING)
        return EFI_SUCCESS;
    return send_endpoint(grant->iommu, VIRTIO_IOMMU_T_DETACH, grant->endpoint, 0);
}

/* The domain comes to be with the first endpoint, and only then takes mappings (§5.13.6.3). */
static EFI_STATUS let_through(struct iommu *iommu, const struct device_place *place, uint32_t id)
{
    struct grant *grant = pool_alloc(sizeof *grant);
    if (grant == NULL)
        return EFI_OUT_OF_RESOURCES;
    bool bypass = virtio_has(iommu->device, VIRTIO_IOMMU_F_BYPASS_CONFIG);
    EFI_STATUS status =
        send_endpoint(iommu, VIRTIO_IOMMU_T_ATTACH, id, bypass ? VIRTIO_IOMMU_ATTACH_F_BYPASS : 0);
    if (EFI_ERROR(status)) {
        pool_free(grant);
        return status;
    }
    *grant = (struct grant){.iommu = iommu, .place = *place, .endpoint = id};
    list_append(&grants, &grant->link);
    iommu->attached++;
    if (!iommu->mapped)
        status = map_ram(iommu);
    if (EFI_ERROR(status)) {
        (void)send_detach(grant);
        remove_grant(grant);
    }
    return status;
}

static struct grant *find_grant(const struct device_place *place)
{
    LIST_FOR_EACH(node, &grants)
    {
        struct grant *grant = LIST_ENTRY(node, struct grant, link);
        if (is_same(&grant->place, place))
            return grant;
    }
    return NULL;
}

EFI_STATUS virtio_iommu_attach(const struct device_place *place, const char *name)
{
    struct iommu_endpoint endpoint;
    if (opening || find_grant(place) != NULL ||
        EFI_ERROR(machine_iommu_of(machine, place, &endpoint)) || is_same(&endpoint.iommu, place))
        return EFI_SUCCESS;
    struct iommu *iommu = find_iommu(&endpoint.iommu);
    if (iommu == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = EFI_SUCCESS;
    if (iommu->state == UNKNOWN)
        status = start(iommu);
    else if (iommu->state == BROKEN)
        status = EFI_DEVICE_ERROR;
    if (iommu->state == RUNNING) {
        status = let_through(iommu, place, endpoint.id);
        leave(iommu);
    }
    if (EFI_ERROR(status))
        return log_failure(status, "iommu: %s is not let through", name);
    return EFI_SUCCESS;
}

void virtio_iommu_detach(const struct device_place *place)
{
    struct grant *grant = find_grant(place);
    if (grant == NULL)
        return;
    EFI_STATUS status = send_detach(grant);
    if (EFI_ERROR(status))
        log_error("iommu: endpoint 0x%x stays attached: %s", grant->endpoint, status_name(status));
    remove_grant(grant);
}

void virtio_iommu_quiesce(void)
{
    LIST_FOR_EACH(node, &grants)
    (void)send_detach(LIST_ENTRY(node, struct grant, link));
    for (size_t i = 0; i < iommu_count; i++) {
        if (iommus[i].state == RUNNING)
            give_up(&iommus[i]);
    }
}
