/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/nvme.h"

#include <string.h>

static uint64_t lie(struct nvme_model *model, enum nvme_lie what, uint64_t honest)
{
    return model->lie != NULL ? model->lie(model->lie_context, what, honest) : honest;
}

static void *memory(struct nvme_model *model, uint64_t address, uint64_t size)
{
    return model->memory.map(model->memory.context, address, size);
}

static void post(struct nvme_model *model, struct nvme_model_queue *queue, uint16_t id,
                 uint16_t status)
{
    if (queue->completion_entries == 0)
        return;
    uint32_t next = (queue->completed + 1) % queue->completion_entries;
    if (next == queue->taken && model->lie == NULL) {
        bus_forbidden(model->bus, "no room in the completion queue");
        return;
    }
    struct nvme_completion *entries =
        memory(model, queue->completions, queue->completion_entries * sizeof *entries);
    if (entries == NULL)
        return;
    uint16_t phase = queue->phase ^ (lie(model, NVME_LIE_PHASE, 0) & 1);
    entries[queue->completed] = (struct nvme_completion){
        .head = (uint16_t)queue->head,
        .id = (uint16_t)lie(model, NVME_LIE_ID, id),
        .status = (uint16_t)((uint16_t)lie(model, NVME_LIE_RESULT, status) << 1 | phase),
    };
    queue->completed = next;
    if (next == 0)
        queue->phase = !queue->phase;
}

static struct nvme_model_namespace *find(struct nvme_model *model, uint32_t id)
{
    for (unsigned i = 0; i < model->namespace_count; i++) {
        if (model->namespaces[i].id == id)
            return &model->namespaces[i];
    }
    return NULL;
}

static void put64(uint8_t *to, uint64_t value)
{
    memcpy(to, &value, sizeof value);
}

/* What Identify tells. False: there is no such thing. */
static bool fill_identify(struct nvme_model *model, const struct nvme_command *command,
                          uint8_t *data)
{
    memset(data, 0, NVME_IDENTIFY_SIZE);
    struct nvme_model_namespace *namespace = find(model, command->namespace_id);
    switch (command->cdw10 & 0xff) {
    case NVME_IDENTIFY_CONTROLLER:
        memcpy(data + NVME_CONTROLLER_SERIAL, "NVME-17             ", 20);
        data[NVME_CONTROLLER_MDTS] = model->mdts;
        data[NVME_CONTROLLER_SQES] = 0x66;
        data[NVME_CONTROLLER_CQES] = 0x44;
        data[NVME_CONTROLLER_NN] = 8;
        data[NVME_CONTROLLER_VWC] = 1;
        return true;
    case NVME_IDENTIFY_ACTIVE:
        for (unsigned i = 0; i < model->namespace_count; i++)
            memcpy(data + 4 * i, &model->namespaces[i].id, 4);
        return !model->no_list;
    case NVME_IDENTIFY_NAMESPACE:
        if (namespace == NULL)
            return command->namespace_id >= 1 && command->namespace_id <= 8; /* not active */
        put64(data + NVME_NAMESPACE_SIZE, namespace->size >> namespace->exponent);
        data[NVME_NAMESPACE_FLBAS] = 2;
        data[NVME_NAMESPACE_ATTR] = namespace->read_only;
        put64(data + NVME_NAMESPACE_EUI64, namespace->eui64);
        data[NVME_NAMESPACE_LBAF + 8] = (uint8_t) namespace->metadata;
        data[NVME_NAMESPACE_LBAF + 9] = (uint8_t)(namespace->metadata >> 8);
        data[NVME_NAMESPACE_LBAF + 10] = namespace->exponent;
        return true;
    default:
        return false;
    }
}

static uint16_t identify(struct nvme_model *model, const struct nvme_command *command)
{
    uint8_t *data = memory(model, command->prp1, NVME_IDENTIFY_SIZE);
    if (command->prp1 % 4096 != 0)
        bus_forbidden(model->bus, "Identify to 0x%llx", (unsigned long long)command->prp1);
    if (data == NULL)
        return 4; /* data transfer error */
    if (!fill_identify(model, command, data))
        return 2; /* invalid field */
    uint64_t at = lie(model, NVME_LIE_IDENTIFY, UINT64_MAX);
    if (at != UINT64_MAX)
        data[at % NVME_IDENTIFY_SIZE] = (uint8_t)(at >> 12);
    return 0;
}

static uint16_t admin_command(struct nvme_model *model, const struct nvme_command *command)
{
    uint32_t entries = (command->cdw10 >> 16) + 1;
    switch (command->opcode) {
    case NVME_ADMIN_IDENTIFY:
        return identify(model, command);
    case NVME_ADMIN_CREATE_CQ:
        if (entries < 2 || entries > (model->capabilities & 0xffff) + 1 ||
            command->prp1 % 4096 != 0 || command->cdw11 != NVME_QUEUE_CONTIGUOUS)
            return 0x102;
        model->io = (struct nvme_model_queue){
            .completions = command->prp1, .completion_entries = entries, .phase = true};
        return 0;
    case NVME_ADMIN_CREATE_SQ:
        if (model->io.completions == 0 || entries < 2 || command->prp1 % 4096 != 0)
            return 0x102;
        model->io.submissions = command->prp1;
        model->io.entries = entries;
        return 0;
    default:
        return 1;
    }
}

/* Moves data by the PRP entries (§4.3). */
static bool transfer(struct nvme_model *model, const struct nvme_command *command, bool write,
                     uint8_t *disk, uint64_t size)
{
    uint64_t page = command->prp1;
    const uint64_t *list = NULL;
    if (page % 4 != 0)
        return false;
    uint64_t first = 4096 - page % 4096;
    if (size > first + 4096) {
        list = memory(model, command->prp2, (size - first + 4095) / 4096 * 8);
        if (list == NULL)
            return false;
    }
    for (uint64_t done = 0; done < size;) {
        uint64_t part = 4096 - page % 4096;
        if (part > size - done)
            part = size - done;
        void *data = memory(model, page, part);
        if (data == NULL)
            return false;
        if (write)
            memcpy(disk + done, data, part);
        else
            memcpy(data, disk + done, part);
        done += part;
        if (done == size)
            break;
        page = list != NULL ? *list++ : command->prp2;
        if (page % 4096 != 0)
            return false;
    }
    return true;
}

static uint16_t io_command(struct nvme_model *model, const struct nvme_command *command)
{
    struct nvme_model_namespace *namespace = find(model, command->namespace_id);
    if (namespace == NULL)
        return 0xb;
    if (command->opcode == NVME_FLUSH) {
        model->flushes++;
        return 0;
    }
    if (command->opcode != NVME_READ && command->opcode != NVME_WRITE)
        return 1;
    bool write = command->opcode == NVME_WRITE;
    uint64_t lba = command->cdw10 | (uint64_t)command->cdw11 << 32;
    uint64_t count = (command->cdw12 & 0xffff) + 1, blocks = namespace->size >> namespace->exponent;
    uint64_t bytes = count << namespace->exponent;
    *(write ? &model->writes : &model->reads) += 1;
    if (bytes > model->largest)
        model->largest = bytes;
    if (model->mdts != 0 && bytes > 4096ull << model->mdts)
        return 2;
    if (lba > blocks || count > blocks - lba)
        return 0x80;
    if (write && namespace->read_only)
        return NVME_CODE_NAMESPACE_PROTECTED;
    if (model->bad_count > 0 && lba < model->bad_lba + model->bad_count &&
        lba + count > model->bad_lba)
        return 0x281;
    if (!transfer(model, command, write, namespace->data + (lba << namespace->exponent), bytes)) {
        bus_forbidden(model->bus, "PRP entries 0x%llx and 0x%llx",
                      (unsigned long long)command->prp1, (unsigned long long)command->prp2);
        return 0x13;
    }
    return 0;
}

static void work(struct nvme_model *model, struct nvme_model_queue *queue)
{
    bool admin = queue == &model->admin;
    if (!pci_model_bus_master(&model->pci))
        bus_forbidden(model->bus, "work for the device with bus mastering off");
    while (queue->head != queue->tail) {
        struct nvme_command *commands =
            memory(model, queue->submissions, queue->entries * sizeof *commands);
        if (commands == NULL)
            return;
        struct nvme_command command = commands[queue->head];
        queue->head = (queue->head + 1) % queue->entries;
        if (model->silent)
            continue;
        uint16_t status = admin ? admin_command(model, &command) : io_command(model, &command);
        if (!admin && model->hold && model->held_count < NVME_MODEL_HELD) {
            model->held[model->held_count] = command.id;
            model->held_status[model->held_count++] = status;
            if (model->held_count > model->most_in_flight)
                model->most_in_flight = model->held_count;
            continue;
        }
        post(model, queue, command.id, status);
        for (uint64_t extra = lie(model, NVME_LIE_EXTRA, 0) % 4; extra > 0; extra--)
            post(model, queue, command.id, status);
    }
}

void nvme_model_release(struct nvme_model *model, bool reverse)
{
    unsigned count = model->held_count;
    model->held_count = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned n = reverse ? count - 1 - i : i;
        post(model, &model->io, model->held[n], model->held_status[n]);
    }
}

static void configure(struct nvme_model *model, uint32_t value)
{
    bool was = model->cc & NVME_CC_EN, is = value & NVME_CC_EN;
    model->cc = value;
    if ((value & NVME_CC_SHN_MASK) != 0 && !model->no_shutdown) {
        model->shutdowns++;
        model->csts |= NVME_CSTS_SHST_DONE;
    }
    if (is && !was) {
        model->enables++;
        model->admin =
            (struct nvme_model_queue){.submissions = model->asq,
                                      .completions = model->acq,
                                      .entries = (model->aqa & 0xfff) + 1,
                                      .completion_entries = (model->aqa >> 16 & 0xfff) + 1,
                                      .phase = true};
        if (value != (NVME_CC_EN | NVME_CC_IOSQES | NVME_CC_IOCQES) || model->asq % 4096 != 0 ||
            model->acq % 4096 != 0)
            bus_forbidden(model->bus, "CC 0x%x", value);
        model->csts = model->never_starts ? 0 : model->fatal ? NVME_CSTS_CFS : NVME_CSTS_RDY;
    } else if (!is && was && !model->never_stops) {
        model->csts = 0;
        model->held_count = 0;
        model->admin = model->io = (struct nvme_model_queue){0};
    }
}

static uint64_t read(void *context, uint64_t offset, unsigned width)
{
    struct nvme_model *model = context;
    model->register_accesses++;
    if (width != 4)
        bus_forbidden(model->bus, "%u bytes at 0x%llx", width, (unsigned long long)offset);
    uint64_t capabilities;
    if (model->gone)
        return UINT64_MAX;
    switch (offset) {
    case NVME_CAP:
    case NVME_CAP + 4:
        capabilities = lie(model, NVME_LIE_CAPABILITIES, model->capabilities);
        return offset == NVME_CAP ? (uint32_t)capabilities : capabilities >> 32;
    case NVME_VS:
        return 0x10400;
    case NVME_CC:
        return model->cc;
    case NVME_CSTS:
        return (uint32_t)lie(model, NVME_LIE_STATUS, model->csts);
    default:
        return 0;
    }
}

static void set_half(uint64_t *address, bool high, uint64_t value)
{
    *address = high ? (*address & UINT32_MAX) | value << 32 : (*address & ~0xffffffffull) | value;
}

static void ring(struct nvme_model *model, uint64_t offset, uint32_t value)
{
    unsigned stride = 4u << NVME_CAP_DSTRD(model->capabilities);
    unsigned n = (unsigned)((offset - NVME_DOORBELLS) / stride);
    struct nvme_model_queue *queue = n < 2 ? &model->admin : &model->io;
    model->doorbells++;
    if (n > 3 || (model->csts & NVME_CSTS_RDY) == 0 || queue->entries == 0) {
        if (model->lie == NULL)
            bus_forbidden(model->bus, "doorbell %u", n);
        return;
    }
    if (n % 2 != 0) {
        queue->taken = value % queue->completion_entries;
        return;
    }
    if (value >= queue->entries) {
        bus_forbidden(model->bus, "tail %u", value);
        return;
    }
    queue->tail = value;
    work(model, queue);
}

static void write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct nvme_model *model = context;
    model->register_accesses++;
    if (width != 4)
        bus_forbidden(model->bus, "%u bytes at 0x%llx", width, (unsigned long long)offset);
    if (model->gone)
        return;
    switch (offset) {
    case NVME_CC:
        configure(model, (uint32_t)value);
        break;
    case NVME_AQA:
        model->aqa = (uint32_t)value;
        break;
    case NVME_ASQ:
    case NVME_ASQ + 4:
        set_half(&model->asq, offset != NVME_ASQ, value);
        break;
    case NVME_ACQ:
    case NVME_ACQ + 4:
        set_half(&model->acq, offset != NVME_ACQ, value);
        break;
    default:
        if (offset >= NVME_DOORBELLS)
            ring(model, offset, (uint32_t)value);
        else
            bus_forbidden(model->bus, "write at 0x%llx", (unsigned long long)offset);
        break;
    }
}

void nvme_model_add(struct nvme_model *model, struct pci_model *segment, unsigned device,
                    uint64_t bar_address, uint16_t mqes, unsigned stride)
{
    model->bus = segment->bus;
    if (model->memory.map == NULL)
        model->memory = identity_memory;
    model->capabilities =
        mqes | 2ull << 24 | (uint64_t)stride << 32 | NVME_CAP_NVM; /* a second to start */
    model->pci.device = (uint8_t)device;
    pci_model_set32(&model->pci, PCI_VENDOR_ID, 0x00101b36);
    pci_model_set32(&model->pci, PCI_CLASS_REVISION, 0x01080200);
    model->pci.bars[0] = (struct pci_model_bar){
        .size = NVME_MODEL_BAR_SIZE, .is_64 = true, .read = read, .write = write, .context = model};
    pci_model_set32(&model->pci, PCI_BAR0, (uint32_t)bar_address);
    pci_model_set32(&model->pci, PCI_BAR0 + 4, (uint32_t)(bar_address >> 32));
    pci_model_add(segment, &model->pci);
}
