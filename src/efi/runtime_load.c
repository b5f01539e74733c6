/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/runtime_load.h"

#include "arch/io.h"
#include "arch/paging.h"
#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "efi/image_memory.h"
#include "efi/pe.h"

#define FOUR_GIB (4ull << 30)

/* From tools/embed.py. */
extern const char runtime_image[], runtime_image_end[];

static struct runtime_interface interface;

static struct runtime_register register_of(const struct acpi_register *from)
{
    if (from->width_bits == 0)
        return (struct runtime_register){0};
    return (struct runtime_register){from->address, from->is_io, from->access_bytes};
}

/* DEBUG builds: whoever reads 0xE9 here listens to what is written. */
static bool debug_port_answers(void)
{
    return CLOUDHV_DEBUG && io_read8(0x402) == 0xe9;
}

static struct runtime_config config_of(const struct machine *machine, uint64_t base, uint64_t size)
{
    const struct machine_power *power = &machine->power;
    return (struct runtime_config){
        .image_base = base,
        .image_size = size,
        .reset = register_of(&power->reset),
        .sleep_control = register_of(&power->sleep_control),
        .pm1a_control = register_of(&power->pm1a_control),
        .pm1b_control = register_of(&power->pm1b_control),
        .reset_value = power->reset_value,
        .hardware_reduced = power->hardware_reduced,
        .has_s5 = power->has_s5,
        .s5_type_a = power->s5_type_a,
        .s5_type_b = power->s5_type_b,
        .has_cmos_rtc = !power->no_cmos_rtc,
        .century_register = power->century_register,
        .rtc_always_24_hours = machine->vmm == VMM_CLOUD_HYPERVISOR,
        .debug_port_402 = debug_port_answers(),
    };
}

static EFI_STATUS place(struct pe_image *image, uint64_t *ret_base, const char **ret_problem)
{
    EFI_STATUS status =
        pe_parse(runtime_image, (size_t)(runtime_image_end - runtime_image), image, ret_problem);
    if (EFI_ERROR(status))
        return status;
    *ret_problem = "no memory";
    status = pages_allocate_aligned(EfiRuntimeServicesCode, image->image_size / EFI_PAGE_SIZE,
                                    EFI_PAGE_SIZE, FOUR_GIB, ret_base);
    if (EFI_ERROR(status))
        return status;
    uint8_t *memory = (uint8_t *)(uintptr_t)*ret_base;
    pe_place(image, memory);
    status = pe_relocate(image, memory, *ret_base, ret_problem);
    if (EFI_ERROR(status))
        return status;
    return image_memory_protect(image, *ret_base, "runtime");
}

EFI_STATUS runtime_load(const struct machine *machine, struct runtime_interface **ret)
{
    struct pe_image image;
    uint64_t base = 0;
    const char *problem = NULL;
    EFI_STATUS status = place(&image, &base, &problem);
    if (EFI_ERROR(status))
        return log_failure(status, "runtime image: %s", problem);

    struct runtime_config config = config_of(machine, base, image.image_size);
    runtime_entry_fn entry = (runtime_entry_fn)(uintptr_t)(base + image.entry_point);
    status = entry(&config, &interface);
    if (!EFI_ERROR(status))
        *ret = &interface;
    return status;
}
