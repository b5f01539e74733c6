/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "drivers/pci/option_rom.h"
#include "drivers/pci/pci.h"
#include "hw/option_rom.h"
#include "models/captured_log.h"
#include "models/cpu.h"
#include "models/pci.h"
#include "platform/machine.h"

#define ECAM     0xe8000000ull
#define ROM_SIZE 0x4000u
#define ROM_BASE 0xc0100000ull

static uint8_t rom[ROM_SIZE];

/* An image of `units` at `position`, with its EFI file at offset 0x40. */
static void put_image(size_t position, unsigned units, unsigned code_type, bool last)
{
    const struct option_rom_header header = {
        .signature = OPTION_ROM_SIGNATURE,
        .initialization_size = (uint16_t)units,
        .efi_signature = OPTION_ROM_EFI_SIGNATURE,
        .subsystem = 11,
        .machine = 0x8664,
        .compression = OPTION_ROM_COMPRESSED,
        .efi_offset = 0x40,
        .data_offset = 0x1c,
    };
    const struct option_rom_data data = {
        .signature = OPTION_ROM_DATA_SIGNATURE,
        .length = sizeof data,
        .image_length = (uint16_t)units,
        .code_type = (uint8_t)code_type,
        .indicator = last ? OPTION_ROM_LAST : 0,
    };
    memcpy(rom + position, &header, sizeof header);
    memcpy(rom + position + 0x1c, &data, sizeof data);
}

static struct option_rom_header *header_at(size_t position)
{
    return (struct option_rom_header *)(rom + position);
}

static struct option_rom_data *data_at(size_t position)
{
    return (struct option_rom_data *)(rom + position + 0x1c);
}

static unsigned count_images(size_t size)
{
    struct option_rom_image image;
    size_t position = 0;
    unsigned count = 0;
    uint8_t *exact = malloc(size); /* ASan sees a byte too many */
    memcpy(exact, rom, size);
    while (option_rom_next(reader_make(exact, size), &position, &image)) {
        assert_true(image.size > 0 && image.size <= size && image.offset <= size - image.size);
        count++;
    }
    free(exact);
    return count;
}

static int set_up(void **state)
{
    memset(rom, 0, sizeof rom);
    put_image(0, 2, 0, false); /* a BIOS's */
    put_image(1024, 3, OPTION_ROM_CODE_EFI, false);
    put_image(2560, 1, OPTION_ROM_CODE_EFI, true);
    captured_log_start();
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    return 0;
}

static void images_are_found(void **state)
{
    struct option_rom_image image;
    size_t position = 0;
    struct reader r = reader_make(rom, sizeof rom);
    assert_true(option_rom_next(r, &position, &image));
    assert_int_equal(image.offset, 1024 + 0x40);
    assert_int_equal(image.size, 3 * 512 - 0x40);
    assert_int_equal(image.subsystem, 11);
    assert_int_equal(image.machine, 0x8664);
    assert_true(image.compressed);
    assert_true(option_rom_next(r, &position, &image));
    assert_int_equal(image.offset, 2560 + 0x40);
    assert_false(option_rom_next(r, &position, &image));
    assert_int_equal(option_rom_size(r), 3072);
}

static void malformed_images_end_the_list(void **state)
{
    data_at(1024)->image_length = 0;
    assert_int_equal(count_images(sizeof rom), 0);
    set_up(NULL);
    data_at(1024)->image_length = UINT16_MAX;
    assert_int_equal(count_images(sizeof rom), 0);
    set_up(NULL);
    header_at(1024)->data_offset = UINT16_MAX;
    assert_int_equal(count_images(sizeof rom), 0);
    set_up(NULL);
    header_at(1024)->signature = 0;
    assert_int_equal(count_images(sizeof rom), 0);
    set_up(NULL);
    data_at(1024)->signature = 0;
    assert_int_equal(count_images(sizeof rom), 0);
    for (size_t size = 0; size < 3072; size++)
        assert_true(count_images(size) < 2);
}

/* The list goes on behind one that cannot be used. */
static void strange_images_are_passed_over(void **state)
{
    header_at(1024)->efi_signature = 0;
    assert_int_equal(count_images(sizeof rom), 1);
    set_up(NULL);
    header_at(1024)->compression = 2;
    assert_int_equal(count_images(sizeof rom), 1);
    set_up(NULL);
    header_at(1024)->efi_offset = 3 * 512;
    assert_int_equal(count_images(sizeof rom), 1);
    set_up(NULL);
    header_at(1024)->initialization_size = 0;
    assert_int_equal(count_images(sizeof rom), 1);
    set_up(NULL);
    header_at(1024)->initialization_size = UINT16_MAX; /* no more than the image has */
    assert_int_equal(count_images(sizeof rom), 2);
}

static uint64_t read_rom(void *context, uint64_t offset, unsigned width)
{
    uint64_t value = 0;
    memcpy(&value, rom + offset, width);
    return value;
}

static struct {
    struct pci_window window;
    struct bus bus;
    struct pci_model model;
    struct pci_model_function device;
    struct bus_range range;
    struct pci_host host;
} t;

static struct pci_function *start(uint64_t base, uint64_t window)
{
    memset(&t, 0, sizeof t);
    fake_cpu_reset();
    t.bus.strict = true;
    bus_use(&t.bus);
    pci_model_init(&t.model, &t.bus, ECAM, 1, false);
    t.device.device = 1;
    pci_model_set32(&t.device, PCI_VENDOR_ID, 0x10001234);
    pci_model_set32(&t.device, PCI_ROM, (uint32_t)base);
    memcpy(&t.device.writable[PCI_ROM], &(uint32_t){~(ROM_SIZE - 1) | PCI_ROM_ENABLE}, 4);
    pci_model_add(&t.model, &t.device);
    t.range = (struct bus_range){
        .space = BUS_MMIO, .base = base != 0 ? base : window, .size = ROM_SIZE, .read = read_rom};
    bus_add(&t.bus, &t.range);
    t.window = (struct pci_window){window, window ? 0x100000 : 0, PCI_WINDOW_32};
    const struct pci_segment segment = {.ecam = ECAM, .windows = &t.window, .window_count = 1};
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    return LIST_ENTRY(t.host.functions.next, struct pci_function, link);
}

static void stop(struct pci_function *f)
{
    /* Nobody decodes it any more. */
    assert_int_equal(pci_model_get32(&t.device, PCI_COMMAND) & PCI_COMMAND_MEMORY, 0);
    assert_int_equal(pci_model_get32(&t.device, PCI_ROM) & PCI_ROM_ENABLE, 0);
    pool_free(f);
    pci_host_forget_ranges(&t.host);
    bus_use(NULL);
}

static void a_rom_is_copied(void **state)
{
    for (unsigned placed = 0; placed < 2; placed++) {
        struct pci_function *f = start(placed ? ROM_BASE : 0, 0xc0000000);
        void *copy;
        size_t size;
        assert_int_equal(pci_read_option_rom(f, &copy, &size), EFI_SUCCESS);
        assert_int_equal(size, 3072);
        assert_memory_equal(copy, rom, size);
        pool_free(copy);
        if (placed)
            assert_int_equal(pci_model_get32(&t.device, PCI_ROM), ROM_BASE);
        stop(f);
    }
}

static void no_rom(void **state)
{
    void *copy;
    size_t size;
    struct pci_function *f = start(ROM_BASE, 0xc0000000);
    memset(rom, 0xff, sizeof rom); /* nothing in it */
    assert_int_equal(pci_read_option_rom(f, &copy, &size), EFI_NOT_FOUND);
    stop(f);
    f = start(0, 0); /* no place for it */
    assert_int_equal(pci_read_option_rom(f, &copy, &size), EFI_OUT_OF_RESOURCES);
    stop(f);
    f = start(ROM_BASE, 0xc0000000);
    memset(&t.device.writable[PCI_ROM], 0, 4);
    pci_model_set32(&t.device, PCI_ROM, 0);
    assert_int_equal(pci_read_option_rom(f, &copy, &size), EFI_NOT_FOUND);
    stop(f);
    f = start(ROM_BASE, 0xc0000000);
    memcpy(&t.device.writable[PCI_ROM], &(uint32_t){0xf0ff0800}, 4); /* a size that cannot be */
    assert_int_equal(pci_read_option_rom(f, &copy, &size), EFI_VOLUME_CORRUPTED);
    stop(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(images_are_found),
        TEST(malformed_images_end_the_list),
        TEST(strange_images_are_passed_over),
        TEST(a_rom_is_copied),
        TEST(no_rom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
