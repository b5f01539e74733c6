/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ResetSystem (UEFI 2.10 §8.5.1): by the registers that ACPI names, then by the ways of the PC. */
#include "lib/macros.h"
#include "runtime/services.h"
#include "runtime/state.h"

#define PORT_DEBUG            0x402
#define PORT_KEYBOARD_COMMAND 0x64
#define KEYBOARD_RESET        0xfe
#define PORT_RESET_CONTROL    0xcf9
#define RESET_CONTROL_SYSTEM  0x02 /* hard reset, when RESET_CONTROL_CPU goes up */
#define RESET_CONTROL_CPU     0x04

/* ACPI 6.5 §4.8.3.2, §4.8.3.6 */
#define PM1_SLEEP_TYPE_SHIFT 10
#define PM1_SLEEP_TYPE_MASK  (7u << PM1_SLEEP_TYPE_SHIFT)
#define PM1_SLEEP_ENABLE     (1u << 13)
#define SLEEP_CONTROL_SHIFT  2
#define SLEEP_CONTROL_ENABLE (1u << 5)

static void debug_text(const char *text)
{
    for (; *text != '\0'; text++)
        port_write8(PORT_DEBUG, (uint8_t)*text);
}

/* Tests look for these lines, to see that the OS reset through us. */
static void debug_reset(EFI_RESET_TYPE type)
{
    static const char *const names[] = {
        [EfiResetCold] = "cold",
        [EfiResetWarm] = "warm",
        [EfiResetShutdown] = "shutdown",
        [EfiResetPlatformSpecific] = "platform",
    };
    if (!runtime_state.config.debug_port_402)
        return;
    debug_text("runtime: ResetSystem ");
    debug_text((size_t)type < ARRAY_SIZE(names) ? names[type] : "unknown");
    debug_text(runtime_state.is_virtual ? " (virtual)\n" : "\n");
}

static void write_register(const struct runtime_register *reg, uint32_t value)
{
    switch (reg->access_bytes) {
    case 1:
        reg->is_io ? port_write8((uint16_t)reg->address, (uint8_t)value)
                   : memory_write8(reg->address, (uint8_t)value);
        break;
    case 2:
        reg->is_io ? port_write16((uint16_t)reg->address, (uint16_t)value)
                   : memory_write16(reg->address, (uint16_t)value);
        break;
    case 4:
        reg->is_io ? port_write32((uint16_t)reg->address, value)
                   : memory_write32(reg->address, value);
        break;
    }
}

/* PM1 control registers are read and written in 16 bits, whatever the table says about access. */
static void sleep_by_pm1(const struct runtime_register *reg, uint8_t type)
{
    if (reg->access_bytes == 0)
        return;
    uint32_t value = reg->is_io ? port_read16((uint16_t)reg->address) : memory_read16(reg->address);
    value = (value & ~(PM1_SLEEP_TYPE_MASK | PM1_SLEEP_ENABLE)) |
            (type << PM1_SLEEP_TYPE_SHIFT & PM1_SLEEP_TYPE_MASK);
    struct runtime_register word = {reg->address, reg->is_io, 2};
    write_register(&word, value | PM1_SLEEP_ENABLE);
}

/* Returns when the machine has no S5. */
static void power_off(const struct runtime_config *config)
{
    if (!config->has_s5)
        return;
    if (config->sleep_control.access_bytes != 0)
        write_register(&config->sleep_control,
                       (uint32_t)config->s5_type_a << SLEEP_CONTROL_SHIFT | SLEEP_CONTROL_ENABLE);
    if (!config->hardware_reduced) {
        sleep_by_pm1(&config->pm1a_control, config->s5_type_a);
        sleep_by_pm1(&config->pm1b_control, config->s5_type_b);
    }
    /* Long: a reset that came before the VMM has acted would turn off into on again. */
    for (unsigned i = 0; i < 4; i++)
        machine_wait();
}

static _Noreturn void reset(const struct runtime_config *config)
{
    if (config->reset.access_bytes != 0) {
        write_register(&config->reset, config->reset_value);
        machine_wait();
    }
    port_write8(PORT_KEYBOARD_COMMAND, KEYBOARD_RESET);
    machine_wait();
    port_write8(PORT_RESET_CONTROL, RESET_CONTROL_SYSTEM);
    port_write8(PORT_RESET_CONTROL, RESET_CONTROL_SYSTEM | RESET_CONTROL_CPU);
    machine_wait();
    machine_triple_fault();
}

void EFIAPI runtime_reset_system(EFI_RESET_TYPE ResetType, EFI_STATUS ResetStatus, size_t DataSize,
                                 void *ResetData)
{
    struct runtime_interface *interface = runtime_state.interface;
    if (interface != NULL && interface->reset_hook != NULL)
        interface->reset_hook(ResetType, ResetStatus, DataSize, ResetData);
    (void)interrupts_save();
    debug_reset(ResetType);
    /* What cannot be turned off is reset, as after a cold reset (§8.5.1). */
    if (ResetType == EfiResetShutdown)
        power_off(&runtime_state.config);
    reset(&runtime_state.config);
}
