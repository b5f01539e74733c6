/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/acpi_machine.h"

#include <stddef.h>

#include "core/log.h"
#include "lib/memory.h"

#define LOCAL_APIC_DEFAULT 0xfee00000u
#define ONE_MIB            (1ull << 20)

/* A register of a FADT as its Generic Address Structure tells; absent when it is not usable. */
static struct acpi_register register_of(const struct acpi_gas *gas)
{
    bool is_io = gas->space_id == ACPI_SPACE_IO;
    if (gas->address == 0 || (!is_io && gas->space_id != ACPI_SPACE_MEMORY) ||
        (is_io && gas->address > UINT16_MAX))
        return (struct acpi_register){0};

    unsigned width = gas->bit_width != 0 ? gas->bit_width : 8;
    unsigned bytes = MIN(MAX(width / 8u, 1u), 4u);
    if (gas->access_size >= 1 && gas->access_size <= 3)
        bytes = 1u << (gas->access_size - 1);
    if (bytes == 3)
        bytes = 2;
    return (struct acpi_register){is_io, (uint8_t)width, (uint8_t)bytes, gas->address};
}

/* A register block that has an old field (port and length) beside the newer one. */
static struct acpi_register block_of(const struct acpi_gas *extended, uint32_t port, uint8_t length)
{
    struct acpi_register found = register_of(extended);
    if (found.width_bits != 0 || port == 0 || port > UINT16_MAX || length == 0)
        return found;
    struct acpi_gas gas = {ACPI_SPACE_IO, (uint8_t)(MIN(length, 4u) * 8u), 0, 0, port};
    return register_of(&gas);
}

static struct acpi_fadt copy_fadt(const struct acpi_table *table)
{
    struct acpi_fadt fadt;
    memset(&fadt, 0, sizeof fadt);
    struct reader r = acpi_read(table);
    size_t size = MIN(reader_left(&r), sizeof fadt);
    if (!reader_copy(&r, &fadt, size))
        memset(&fadt, 0, sizeof fadt);
    return fadt;
}

void acpi_read_fadt(const struct acpi_table *table, struct machine_power *power,
                    uint16_t *pm_timer_port)
{
    if (table->address == 0)
        return;
    if (table->size < ACPI_FADT_V1_SIZE) {
        log_warning("ACPI FADT has only %u bytes", table->size);
        return;
    }
    struct acpi_fadt fadt = copy_fadt(table);
    power->hardware_reduced = (fadt.flags & ACPI_FADT_HW_REDUCED) != 0;
    if ((fadt.flags & ACPI_FADT_RESET_REG_SUP) != 0) {
        power->reset = register_of(&fadt.reset_reg);
        power->reset_value = fadt.reset_value;
    }
    power->sleep_control = register_of(&fadt.sleep_control_reg);
    power->century_register = fadt.century;
    power->no_cmos_rtc = (fadt.iapc_boot_arch & ACPI_BOOT_ARCH_NO_CMOS_RTC) != 0;
    if (!power->hardware_reduced) {
        power->pm1a_control = block_of(&fadt.x_pm1a_cnt_blk, fadt.pm1a_cnt_blk, fadt.pm1_cnt_len);
        power->pm1b_control = block_of(&fadt.x_pm1b_cnt_blk, fadt.pm1b_cnt_blk, fadt.pm1_cnt_len);
    }

    /* Cloud Hypervisor gives X_PM_TMR_BLK together with a PM_TMR_LEN of 0. */
    struct acpi_register timer = block_of(&fadt.x_pm_tmr_blk, fadt.pm_tmr_blk, fadt.pm_tmr_len);
    if (timer.is_io && timer.width_bits >= 32)
        *pm_timer_port = (uint16_t)timer.address;
}

static void take_entry(uint8_t type, struct reader entry, struct acpi_interrupts *found)
{
    struct acpi_madt_local_apic apic;
    struct acpi_madt_io_apic io_apic;
    struct acpi_madt_apic_address address;
    struct acpi_madt_local_x2apic x2apic;
    switch (type) {
    case ACPI_MADT_LOCAL_APIC:
        if (reader_copy(&entry, &apic, sizeof apic) && (apic.flags & ACPI_MADT_ENABLED) != 0)
            found->processor_count++;
        return;
    case ACPI_MADT_LOCAL_X2APIC:
        if (reader_copy(&entry, &x2apic, sizeof x2apic) && (x2apic.flags & ACPI_MADT_ENABLED) != 0)
            found->processor_count++;
        return;
    case ACPI_MADT_IO_APIC:
        if (!reader_copy(&entry, &io_apic, sizeof io_apic) || io_apic.address == 0)
            return;
        if (found->io_apic_count < ACPI_IO_APICS_MAX)
            found->io_apics[found->io_apic_count++] = io_apic.address;
        else
            log_warning("ACPI MADT: I/O APIC at 0x%x is one too many", io_apic.address);
        return;
    case ACPI_MADT_APIC_ADDRESS:
        if (reader_copy(&entry, &address, sizeof address))
            found->local_apic = address.address;
        return;
    default:
        return;
    }
}

bool acpi_madt_start(struct reader *madt, struct acpi_madt *ret_header)
{
    return reader_copy(madt, ret_header, sizeof *ret_header);
}

bool acpi_madt_next(struct reader *madt, uint8_t *ret_type, struct reader *ret_entry)
{
    uint8_t type, length;
    struct reader entry;
    size_t start = madt->position;
    if (reader_left(madt) == 0)
        return false;
    if (!reader_u8(madt, &type) || !reader_u8(madt, &length) || length < 2 ||
        !reader_window(madt, start, length, &entry) || !reader_seek(madt, start + length)) {
        log_warning("ACPI MADT: malformed entry at offset %zu", start);
        return false;
    }
    *ret_type = type;
    *ret_entry = entry;
    return true;
}

void acpi_read_madt(const struct acpi_table *table, struct acpi_interrupts *ret)
{
    /* Who has no such table may be a PC, whose BIOS has left interrupts on. */
    *ret = (struct acpi_interrupts){.has_8259 = true, .local_apic = LOCAL_APIC_DEFAULT};
    struct reader r = acpi_read(table), entry;
    struct acpi_madt madt;
    uint8_t type;
    if (acpi_madt_start(&r, &madt)) {
        ret->has_8259 = (madt.flags & ACPI_MADT_PCAT_COMPAT) != 0;
        ret->local_apic = madt.local_apic_address;
        while (acpi_madt_next(&r, &type, &entry))
            take_entry(type, entry, ret);
    }
    ret->processor_count = MAX(ret->processor_count, 1u);
}

static bool has_segment(const struct pci_segment *segments, size_t count, uint16_t segment)
{
    for (size_t i = 0; i < count; i++) {
        if (segments[i].segment == segment)
            return true;
    }
    return false;
}

static bool is_sane(const struct acpi_mcfg_allocation *entry)
{
    uint64_t size = (entry->bus_end + 1ull) * ONE_MIB;
    return entry->base != 0 && IS_ALIGNED(entry->base, ONE_MIB) &&
           entry->bus_start <= entry->bus_end && range_within(entry->base, size, 1ull << 52);
}

size_t acpi_read_mcfg(const struct acpi_table *table, struct pci_segment *segments, size_t max)
{
    size_t count = 0;
    struct reader r = acpi_read(table);
    struct acpi_mcfg_allocation entry;
    if (!reader_skip(&r, ACPI_MCFG_FIRST))
        return 0;
    while (reader_copy(&r, &entry, sizeof entry)) {
        if (!is_sane(&entry) || has_segment(segments, count, entry.segment)) {
            log_warning("ACPI MCFG: entry for segment %u, buses %u to %u at 0x%llx is not used",
                        entry.segment, entry.bus_start, entry.bus_end,
                        (unsigned long long)entry.base);
            continue;
        }
        if (count == max) {
            log_warning("ACPI MCFG: more than %zu segments", max);
            break;
        }
        struct pci_segment *segment = &segments[count++];
        *segment = (struct pci_segment){.segment = entry.segment,
                                        .bus_start = entry.bus_start,
                                        .bus_end = entry.bus_end,
                                        .ecam = entry.base};
        if (entry.segment == 0 && segment != segments) {
            struct pci_segment first = segments[0];
            segments[0] = *segment;
            *segment = first;
        }
    }
    return count;
}
