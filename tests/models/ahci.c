/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/ahci.h"

#include <stdlib.h>
#include <string.h>

#include "hw/scsi.h"

static uint64_t lie(struct ahci_model *model, enum ahci_lie what, uint64_t honest)
{
    return model->lie != NULL ? model->lie(model->lie_context, what, honest) : honest;
}

static void *memory(struct ahci_model *model, uint64_t address, uint64_t size)
{
    return model->memory.map(model->memory.context, address, size);
}

static bool is_there(const struct ahci_model_port *port)
{
    return port->data != NULL || port->packet != NULL;
}

static void put_text(uint16_t *words, const char *text, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char c = *text != '\0' ? *text++ : ' ';
        words[i / 2] |= (uint16_t)(i % 2 == 0 ? c << 8 : c);
    }
}

static void fill_identify(struct ahci_model *model, const struct ahci_model_port *port,
                          uint16_t *id)
{
    memset(id, 0, 512);
    put_text(id + ATA_ID_SERIAL, "ATA-23", 20);
    id[ATA_ID_CAPABILITIES] = ATA_ID_LBA | ATA_ID_DMA;
    if (port->data == NULL) {
        id[ATA_ID_DMADIR] = port->wants_direction ? ATA_ID_DMADIR_NEEDED : 0;
    } else {
        uint64_t count = port->size / port->sector_size;
        id[ATA_ID_SECTORS_28] = (uint16_t)count;
        id[ATA_ID_SECTORS_28 + 1] = (uint16_t)(count >> 16);
        id[ATA_ID_COMMANDS_2] = (uint16_t)(ATA_ID_VALID | (port->lba_28 ? 0 : ATA_ID_LBA_48));
        for (unsigned i = 0; i < 4; i++)
            id[ATA_ID_SECTORS_48 + i] = (uint16_t)(count >> 16 * i);
        id[ATA_ID_ENABLED_1] = ATA_ID_WRITE_CACHE;
        id[ATA_ID_SECTOR_SIZE] = ATA_ID_VALID | ATA_ID_PHYSICAL | 3;
        id[ATA_ID_ALIGNMENT] = ATA_ID_VALID | 1;
        if (port->sector_size != 512) {
            id[ATA_ID_SECTOR_SIZE] |= ATA_ID_LARGE_SECTOR;
            id[ATA_ID_WORDS_PER_SECTOR] = (uint16_t)(port->sector_size / 2);
        }
    }
    uint64_t at = lie(model, AHCI_LIE_IDENTIFY, UINT64_MAX);
    if (at != UINT64_MAX)
        ((uint8_t *)id)[at % 512] = (uint8_t)(at >> 9);
}

/* The command's data as one stretch of memory. */
struct buffer {
    uint8_t *data;
    uint32_t size;
};

static struct buffer gather(struct ahci_model *model, struct ahci_model_port *port,
                            const struct ahci_command_header *header, bool fill)
{
    const struct ahci_prd *prdt =
        memory(model, header->table + AHCI_TABLE_PRDT, header->prdt_length * sizeof *prdt);
    struct buffer buffer = {.data = malloc(1)};
    if (header->prdt_length > port->most_pieces)
        port->most_pieces = header->prdt_length;
    for (unsigned i = 0; prdt != NULL && i < header->prdt_length; i++) {
        uint32_t size = (prdt[i].size & 0x3fffff) + 1;
        if (prdt[i].address % 2 != 0 || size % 2 != 0)
            bus_forbidden(model->bus, "%u bytes at 0x%llx", size,
                          (unsigned long long)prdt[i].address);
        void *data = memory(model, prdt[i].address, size);
        if (data == NULL)
            break;
        buffer.data = realloc(buffer.data, buffer.size + size + 1);
        if (fill)
            memcpy(buffer.data + buffer.size, data, size);
        else
            memset(buffer.data + buffer.size, 0, size);
        buffer.size += size;
    }
    return buffer;
}

static void scatter(struct ahci_model *model, const struct ahci_command_header *header,
                    const struct buffer *buffer, uint32_t size)
{
    const struct ahci_prd *prdt =
        memory(model, header->table + AHCI_TABLE_PRDT, header->prdt_length * sizeof *prdt);
    const uint8_t *from = buffer->data;
    for (unsigned i = 0; prdt != NULL && i < header->prdt_length && size > 0; i++) {
        uint32_t part = (prdt[i].size & 0x3fffff) + 1;
        if (part > size)
            part = size;
        void *data = memory(model, prdt[i].address, part);
        if (data == NULL)
            return;
        memcpy(data, from, part);
        from += part;
        size -= part;
    }
}

static bool transfer(struct ahci_model_port *port, const struct ahci_fis *fis, bool write,
                     bool lba_48, struct buffer *buffer)
{
    uint64_t lba = 0, count = fis->count[0];
    for (unsigned i = 0; i < 3; i++) {
        lba |= (uint64_t)fis->lba_low[i] << 8 * i;
        lba |= lba_48 ? (uint64_t)fis->lba_high[i] << (24 + 8 * i) : 0;
    }
    if (!lba_48)
        lba |= (uint64_t)(fis->device & 0xf) << 24;
    else
        count |= (uint64_t)fis->count[1] << 8;
    if (count == 0)
        count = lba_48 ? 65536 : 256;
    uint64_t blocks = port->size / port->sector_size, bytes = count * port->sector_size;
    *(write ? &port->writes : &port->reads) += 1;
    if (bytes > port->largest)
        port->largest = bytes;
    if ((fis->device & ATA_DEVICE_LBA) == 0 || lba > blocks || count > blocks - lba ||
        bytes > buffer->size)
        return false;
    if (port->bad_count > 0 && lba < port->bad_lba + port->bad_count && lba + count > port->bad_lba)
        return false;
    uint8_t *disk = port->data + lba * port->sector_size;
    memcpy(write ? disk : buffer->data, write ? buffer->data : disk, bytes);
    buffer->size = (uint32_t)bytes;
    return true;
}

static bool execute_packet(struct ahci_model_port *port, const uint8_t *packet, bool to_device,
                           const struct ahci_fis *fis, struct buffer *buffer)
{
    if (packet[0] == SCSI_REQUEST_SENSE) {
        buffer->size = buffer->size < 18 ? buffer->size : 18;
        memcpy(buffer->data, port->last.sense, buffer->size);
        return true;
    }
    if (buffer->size > 0 && port->wants_direction &&
        ((fis->features & ATA_FEATURE_DMADIR) != 0) == to_device)
        return false;
    scsi_model_execute(port->packet, packet, to_device, buffer->data, buffer->size, &port->last);
    buffer->size = port->last.transferred;
    return port->last.status == SCSI_GOOD;
}

/* True: it went well; `buffer->size` is what was moved. */
static bool execute(struct ahci_model *model, struct ahci_model_port *port,
                    const struct ahci_fis *fis, const uint8_t *packet, bool to_device,
                    struct buffer *buffer)
{
    bool is_disk = port->data != NULL;
    switch (fis->command) {
    case ATA_IDENTIFY:
    case ATA_IDENTIFY_PACKET:
        if ((fis->command == ATA_IDENTIFY) != is_disk || buffer->size < 512)
            return false;
        fill_identify(model, port, (uint16_t *)(void *)buffer->data);
        return true;
    case ATA_READ_DMA:
    case ATA_WRITE_DMA:
    case ATA_READ_DMA_EXT:
    case ATA_WRITE_DMA_EXT:
        return is_disk &&
               transfer(port, fis, to_device,
                        fis->command == ATA_READ_DMA_EXT || fis->command == ATA_WRITE_DMA_EXT,
                        buffer);
    case ATA_FLUSH_CACHE:
    case ATA_FLUSH_CACHE_EXT:
        port->flushes++;
        return is_disk;
    case ATA_PACKET:
        return !is_disk && execute_packet(port, packet, to_device, fis, buffer);
    default:
        return false;
    }
}

static void receive(struct ahci_model *model, struct ahci_model_port *port, unsigned offset,
                    uint8_t type)
{
    uint8_t *received = memory(model, port->fb | (uint64_t)port->fbu << 32, AHCI_RECEIVE_SIZE);
    if (received == NULL || port->receives_nothing || (port->cmd & AHCI_CMD_FRE) == 0)
        return;
    received[offset] = type;
    received[offset + 2] = (uint8_t)port->tfd;
}

void ahci_model_run(struct ahci_model *model, struct ahci_model_port *port)
{
    struct ahci_command_header *header = memory(model, port->clb | (uint64_t)port->clbu << 32, 32);
    struct ahci_fis fis;
    uint8_t packet[16];
    port->commands++;
    if (!pci_model_bus_master(&model->pci))
        bus_forbidden(model->bus, "work for the device with bus mastering off");
    const uint8_t *table = header != NULL ? memory(model, header->table, AHCI_TABLE_PRDT) : NULL;
    if (table == NULL)
        return;
    memcpy(&fis, table, sizeof fis);
    memcpy(packet, table + AHCI_TABLE_PACKET, 16);
    if (fis.type != AHCI_FIS_HOST_TO_DEVICE || fis.flags != AHCI_FIS_COMMAND ||
        (header->flags & 0x1f) != 5 || header->table % 128 != 0 ||
        ((header->flags & AHCI_HEADER_ATAPI) != 0) != (fis.command == ATA_PACKET))
        bus_forbidden(model->bus, "command 0x%x, header 0x%x", fis.command, header->flags);
    bool to_device = header->flags & AHCI_HEADER_WRITE;
    struct buffer buffer = gather(model, port, header, to_device);
    if (fis.command == ATA_PACKET)
        receive(model, port, AHCI_RECEIVED_PIO_SETUP, AHCI_FIS_PIO_SETUP);
    bool good = execute(model, port, &fis, packet, to_device, &buffer);
    if (good && !to_device)
        scatter(model, header, &buffer, buffer.size);
    uint32_t moved = good ? buffer.size : 0;
    header->bytes = (uint32_t)lie(model, AHCI_LIE_BYTES, port->short_count ? moved / 2 : moved);
    free(buffer.data);
    port->tfd = ATA_STATUS_READY;
    if (good) {
        port->ci = 0;
        port->is |= 1;
    } else {
        port->tfd |= ATA_STATUS_ERROR | (port->busy_on_error ? ATA_STATUS_BUSY : 0);
        port->is |= 1u << 30;
    }
    if (good && (fis.command == ATA_IDENTIFY || fis.command == ATA_IDENTIFY_PACKET))
        receive(model, port, AHCI_RECEIVED_PIO_SETUP, AHCI_FIS_PIO_SETUP);
    else
        receive(model, port, AHCI_RECEIVED_D2H, AHCI_FIS_DEVICE_TO_HOST);
}

static uint32_t *place(struct ahci_model_port *port, unsigned offset)
{
    switch (offset) {
    case AHCI_PX_CLB:
        return &port->clb;
    case AHCI_PX_CLB + 4:
        return &port->clbu;
    case AHCI_PX_FB:
        return &port->fb;
    case AHCI_PX_FB + 4:
        return &port->fbu;
    case AHCI_PX_SCTL:
        return &port->sctl;
    default:
        return NULL;
    }
}

static uint32_t port_read(struct ahci_model_port *port, unsigned offset)
{
    const uint32_t *plain = place(port, offset);
    bool linked = is_there(port) && (!port->no_spin || (port->cmd & AHCI_CMD_SUD) != 0) &&
                  (port->sctl & AHCI_DET_MASK) == 0;
    if (plain != NULL)
        return *plain;
    switch (offset) {
    case AHCI_PX_IS:
        return port->is;
    case AHCI_PX_CMD:
        return port->cmd;
    case AHCI_PX_TFD:
        return port->stays_busy ? 0x80 : port->tfd;
    case AHCI_PX_SIG:
        return !is_there(port) ? UINT32_MAX : port->data != NULL ? AHCI_SIG_ATA : AHCI_SIG_ATAPI;
    case AHCI_PX_SSTS:
        return linked ? 0x133 : 0;
    case AHCI_PX_SERR:
        return port->serr;
    case AHCI_PX_CI:
        return port->ci;
    default:
        return 0;
    }
}

static void set_command(struct ahci_model_port *port, uint32_t value)
{
    uint32_t running = port->cmd & (AHCI_CMD_CR | AHCI_CMD_FR);
    port->cmd = value & (AHCI_CMD_ST | AHCI_CMD_SUD | AHCI_CMD_POD | AHCI_CMD_FRE);
    if (value & AHCI_CMD_ST)
        port->cmd |= AHCI_CMD_CR;
    if (value & AHCI_CMD_FRE)
        port->cmd |= AHCI_CMD_FR;
    if (port->never_stops)
        port->cmd |= running;
    if ((value & AHCI_CMD_ST) == 0)
        port->ci = 0;
}

static void port_write(struct ahci_model *model, struct ahci_model_port *port, unsigned offset,
                       uint32_t value)
{
    if (offset == AHCI_PX_SCTL && (port->sctl & AHCI_DET_MASK) == AHCI_DET_RESET &&
        (value & AHCI_DET_MASK) == 0) {
        port->resets++;
        port->tfd = ATA_STATUS_READY;
    }
    uint32_t *plain = place(port, offset);
    if (plain != NULL) {
        if (offset < AHCI_PX_IS && (port->cmd & (AHCI_CMD_ST | AHCI_CMD_FRE)) != 0)
            bus_forbidden(model->bus, "address changed while the port runs");
        *plain = value;
        return;
    }
    switch (offset) {
    case AHCI_PX_IS:
        port->is &= ~value;
        break;
    case AHCI_PX_SERR:
        port->serr &= ~value;
        break;
    case AHCI_PX_CMD:
        set_command(port, value);
        break;
    case AHCI_PX_CI:
        if ((port->cmd & AHCI_CMD_ST) == 0 || value != 1 || port->ci != 0) {
            if (model->lie == NULL)
                bus_forbidden(model->bus, "command issued with CMD 0x%x", port->cmd);
            return;
        }
        port->ci = value;
        if (!port->silent)
            ahci_model_run(model, port);
        break;
    default:
        break;
    }
}

static uint64_t read(void *context, uint64_t offset, unsigned width)
{
    struct ahci_model *model = context;
    uint32_t value = 0;
    model->register_accesses++;
    if (width != 4)
        bus_forbidden(model->bus, "%u bytes at 0x%llx", width, (unsigned long long)offset);
    if (offset >= AHCI_PORTS) {
        unsigned n = (unsigned)(offset - AHCI_PORTS) / AHCI_PORT_SIZE;
        if (n < AHCI_MODEL_PORTS)
            value = port_read(&model->ports[n], (offset - AHCI_PORTS) % AHCI_PORT_SIZE);
    } else if (offset == AHCI_CAP) {
        value = model->cap;
    } else if (offset == AHCI_GHC) {
        value = model->ghc;
    } else if (offset == AHCI_PI) {
        value = (1u << AHCI_MODEL_PORTS) - 1;
    } else if (offset == AHCI_CAP2) {
        value = model->cap2;
    } else if (offset == AHCI_BOHC) {
        value = model->bohc;
        if ((value & AHCI_BOHC_OOS) != 0 && !model->bios_keeps_it)
            model->bohc &= ~(AHCI_BOHC_BOS | AHCI_BOHC_BB);
    }
    return (uint32_t)lie(model, AHCI_LIE_REGISTER, value);
}

static void write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct ahci_model *model = context;
    model->register_accesses++;
    if (width != 4)
        bus_forbidden(model->bus, "%u bytes at 0x%llx", width, (unsigned long long)offset);
    if (offset >= AHCI_PORTS) {
        unsigned n = (unsigned)(offset - AHCI_PORTS) / AHCI_PORT_SIZE;
        if (n < AHCI_MODEL_PORTS)
            port_write(model, &model->ports[n], (offset - AHCI_PORTS) % AHCI_PORT_SIZE,
                       (uint32_t)value);
    } else if (offset == AHCI_GHC) {
        model->ghc = (uint32_t)value;
    } else if (offset == AHCI_BOHC) {
        model->bohc = (uint32_t)value;
    }
}

void ahci_model_add(struct ahci_model *model, struct pci_model *segment, unsigned device,
                    uint32_t bar_address)
{
    model->bus = segment->bus;
    if (model->memory.map == NULL)
        model->memory = identity_memory;
    model->cap |= AHCI_CAP_S64A | AHCI_CAP_SSS | (AHCI_MODEL_PORTS - 1);
    model->ghc = AHCI_GHC_IE;
    for (unsigned i = 0; i < AHCI_MODEL_PORTS; i++) {
        model->ports[i].tfd = is_there(&model->ports[i]) ? ATA_STATUS_READY : 0x7f;
        if (!model->ports[i].no_spin)
            model->ports[i].cmd = AHCI_CMD_SUD | AHCI_CMD_POD;
    }
    model->pci.device = (uint8_t)device;
    pci_model_set32(&model->pci, PCI_VENDOR_ID, 0x29228086);
    pci_model_set32(&model->pci, PCI_CLASS_REVISION, 0x01060102);
    model->pci.bars[AHCI_BAR] = (struct pci_model_bar){
        .size = AHCI_MODEL_BAR_SIZE, .read = read, .write = write, .context = model};
    pci_model_set32(&model->pci, PCI_BAR0 + 4 * AHCI_BAR, bar_address);
    pci_model_add(segment, &model->pci);
}
