/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/memory_setup.h"

#include "arch/paging.h"
#include "core/pages.h"
#include "lib/memory.h"

#define FOUR_GIB (4ull << 30)
#define LARGE    (2ull << 20)

/* Attributes that RAM can have (UEFI 2.10 §7.2.3); it is mapped write-back. */
#define RAM_ATTRIBUTES                                                                             \
    (EFI_MEMORY_UC | EFI_MEMORY_WC | EFI_MEMORY_WT | EFI_MEMORY_WB | EFI_MEMORY_RP |               \
     EFI_MEMORY_XP | EFI_MEMORY_RO)

/* From the linker script and the entry code. */
extern char firmware_start[], firmware_text_end[], firmware_rodata_end[], firmware_end[];
extern char boot_stack_guard[];

/* A few tables can be needed while the page map itself is about to change. */
static uint8_t first_tables[8][EFI_PAGE_SIZE] __attribute__((aligned(4096)));
static unsigned first_tables_used;

static struct {
    const struct memory_range *ranges;
    size_t count;
} machine_memory;

static void *allocate_table(void)
{
    if (first_tables_used < ARRAY_SIZE(first_tables))
        return first_tables[first_tables_used++]; /* BSS: zero */

    uint64_t address;
    EFI_STATUS status =
        pages_allocate_aligned(EfiBootServicesData, 1, EFI_PAGE_SIZE, FOUR_GIB, &address);
    if (EFI_ERROR(status))
        return NULL;
    return memset((void *)(uintptr_t)address, 0, EFI_PAGE_SIZE);
}

static uint32_t efi_type(uint32_t kind)
{
    switch (kind) {
    case MEMORY_RAM:
        return EfiConventionalMemory;
    case MEMORY_ACPI:
        return EfiACPIReclaimMemory;
    case MEMORY_NVS:
        return EfiACPIMemoryNVS;
    case MEMORY_UNUSABLE:
        return EfiUnusableMemory;
    default:
        return EfiReservedMemoryType;
    }
}

/* A reset or sleep register that is memory stays mapped for the OS's calls of ResetSystem (the
 * hardware-reduced machines of QEMU microvm). */
static EFI_STATUS describe_register(const struct acpi_register *reg)
{
    if (reg->width_bits == 0 || reg->is_io)
        return EFI_SUCCESS;
    return pages_add(ALIGN_DOWN(reg->address, EFI_PAGE_SIZE), EFI_PAGE_SIZE, EfiMemoryMappedIO,
                     EFI_MEMORY_UC | EFI_MEMORY_RUNTIME);
}

static EFI_STATUS describe_registers(const struct machine_power *power)
{
    const struct acpi_register *registers[] = {&power->reset, &power->sleep_control,
                                               &power->pm1a_control, &power->pm1b_control};
    for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
        EFI_STATUS status = describe_register(registers[i]);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS describe_memory(const struct machine *machine)
{
    for (size_t i = 0; i < machine->memory_count; i++) {
        const struct memory_range *range = &machine->memory[i];
        uint32_t type = efi_type(range->kind);
        uint64_t attributes = type == EfiReservedMemoryType ? EFI_MEMORY_UC : RAM_ATTRIBUTES;
        EFI_STATUS status = pages_add(range->base, range->size, type, attributes);
        if (EFI_ERROR(status))
            return status;
    }

    /* The VMM's initramfs stays where it is until somebody has read it. */
    if (machine->module_size != 0) {
        uint64_t base = ALIGN_DOWN(machine->module, EFI_PAGE_SIZE);
        uint64_t end = ALIGN_UP(machine->module + machine->module_size, EFI_PAGE_SIZE);
        EFI_STATUS status = pages_add(base, end - base, EfiBootServicesData, RAM_ATTRIBUTES);
        if (EFI_ERROR(status))
            return status;
    }

    EFI_STATUS status = describe_registers(&machine->power);
    if (EFI_ERROR(status))
        return status;

    /* Page 0 stays unmapped. As conventional memory it would tempt GRUB, which takes pages of the
     * map by itself after ExitBootServices; the OS may have it. */
    if (pages_type(0) == EfiConventionalMemory)
        status = pages_add(0, EFI_PAGE_SIZE, EfiBootServicesData, RAM_ATTRIBUTES);
    if (EFI_ERROR(status))
        return status;
    status = pages_add((uintptr_t)firmware_start, (uintptr_t)(firmware_rodata_end - firmware_start),
                       EfiBootServicesCode, RAM_ATTRIBUTES);
    if (EFI_ERROR(status))
        return status;
    return pages_add((uintptr_t)firmware_rodata_end,
                     (uintptr_t)(firmware_end - firmware_rodata_end), EfiBootServicesData,
                     RAM_ATTRIBUTES);
}

/* Where the low device space begins: above RAM, and what adjoins it (the VMM's tables), but not
 * above the ECAM. */
static uint64_t low_memory_end(const struct machine *machine)
{
    uint64_t end = 0;
    for (size_t i = 0; i < machine->memory_count; i++) {
        const struct memory_range *range = &machine->memory[i];
        bool is_memory =
            range->kind == MEMORY_RAM || range->kind == MEMORY_ACPI || range->kind == MEMORY_NVS;
        if (range->base < FOUR_GIB && (is_memory || range->base == end))
            end = MIN(range->base + range->size, FOUR_GIB);
    }
    for (size_t i = 0; i < machine->pci_segment_count; i++) {
        uint64_t ecam = machine->pci_segments[i].ecam;
        if (ecam != 0 && ecam < end)
            end = ecam;
    }
    return end;
}

static EFI_STATUS map_low_memory(const struct machine *machine)
{
    uint64_t end = MIN(ALIGN_UP(low_memory_end(machine), LARGE), FOUR_GIB);
    EFI_STATUS status = paging_set(0, end, PAGE_READ_WRITE, CACHE_WRITE_BACK);
    if (EFI_ERROR(status))
        return status;
    return paging_set(end, FOUR_GIB - end, PAGE_READ_WRITE, CACHE_UNCACHED);
}

static EFI_STATUS protect_firmware(void)
{
    const struct {
        const char *start, *end;
        enum page_access access;
    } parts[] = {
        {firmware_start, firmware_text_end, PAGE_READ_EXECUTE},
        {firmware_text_end, firmware_rodata_end, PAGE_READ},
        {boot_stack_guard, boot_stack_guard + EFI_PAGE_SIZE, PAGE_NONE},
        {NULL, (const char *)EFI_PAGE_SIZE, PAGE_NONE},
    };
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        EFI_STATUS status =
            paging_protect((uintptr_t)parts[i].start,
                           (uintptr_t)parts[i].end - (uintptr_t)parts[i].start, parts[i].access);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

EFI_STATUS memory_setup(const struct machine *machine)
{
    machine_memory.ranges = machine->memory;
    machine_memory.count = machine->memory_count;
    EFI_STATUS status = describe_memory(machine);
    if (EFI_ERROR(status))
        return status;
    status = paging_init(allocate_table);
    if (EFI_ERROR(status))
        return status;
    status = map_low_memory(machine);
    if (EFI_ERROR(status))
        return status;
    status = protect_firmware();
    if (EFI_ERROR(status))
        return status;
    paging_activate();
    return EFI_SUCCESS;
}

EFI_STATUS memory_map_high(void)
{
    static bool done;
    if (done)
        return EFI_SUCCESS;
    for (size_t i = 0; i < machine_memory.count; i++) {
        const struct memory_range *range = &machine_memory.ranges[i];
        uint64_t end = MIN(range->base + range->size, 1ull << paging_physical_bits());
        uint64_t start = MAX(range->base, FOUR_GIB);
        if (range->kind == MEMORY_RESERVED || start >= end)
            continue;
        EFI_STATUS status = paging_set(start, end - start, PAGE_READ_WRITE, CACHE_WRITE_BACK);
        if (EFI_ERROR(status))
            return status;
    }
    done = true;
    return EFI_SUCCESS;
}
