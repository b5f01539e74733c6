/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* virtio-rng and virtio-console */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sanitizer/lsan_interface.h>

#include "core/character.h"
#include "core/pool.h"
#include "core/random.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/console.h"
#include "drivers/virtio/rng.h"
#include "host/pool.h"
#include "models/cpu.h"
#include "models/virtio_console.h"
#include "models/virtio_pci.h"
#include "models/virtio_rng.h"
#include "platform/machine.h"

#define ECAM 0xe8000000ull

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_rng_start, virtio_console_start};

static struct {
    struct bus bus;
    struct pci_model pci;
    struct pci_host host;
    struct virtio_rng_model rng;
    struct virtio_console_model console;
    struct virtio_model *virtio;
    struct virtio_pci_model transport;
    struct pci_function *function;
    const struct pci_driver *driver;
    struct device_instance *instance;
    struct device_interface *interface;
} t;

static int set_up(void **state)
{
    memset(&t, 0, sizeof t);
    fake_cpu_reset();
    bus_use(&t.bus);
    t.bus.strict = true;
    pci_model_init(&t.pci, &t.bus, ECAM, 1, false);
    return 0;
}

static int tear_down(void **state)
{
    if (t.instance != NULL)
        t.driver->stop(t.instance);
    assert_int_equal(pci_model_get32(&t.transport.pci, PCI_COMMAND) & 0xffff, 0);
    virtio_model_free(t.virtio);
    LIST_FOR_EACH_SAFE(node, &t.host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    host_fail_allocation_after(SIZE_MAX);
    bus_use(NULL);
    return 0;
}

static void plug(struct virtio_model *virtio, const char *name, enum device_class class)
{
    const struct pci_segment segment = {.ecam = ECAM};
    t.virtio = virtio;
    virtio_pci_model_add(&t.transport, &t.pci, virtio, 3, 0x3fffff800000, true);
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    t.function = LIST_ENTRY(t.host.functions.next, struct pci_function, link);
    t.driver = pci_driver_find(t.function);
    assert_non_null(t.driver);
    assert_string_equal(t.driver->name, name);
    assert_int_equal(t.driver->class, class);
}

static EFI_STATUS start(void)
{
    struct device_instance *instance;
    EFI_STATUS status = t.driver->start(t.function, &instance);
    if (!EFI_ERROR(status)) {
        t.instance = instance;
        t.interface = LIST_ENTRY(instance->interfaces.next, struct device_interface, link);
        assert_int_equal(t.interface->class, t.driver->class);
    }
    return status;
}

static void stop(void)
{
    t.driver->stop(t.instance);
    t.instance = NULL;
    assert_int_equal(t.virtio->status, 0);
}

static void start_rng(void)
{
    virtio_rng_model_init(&t.rng, &t.bus, 256);
    plug(&t.rng.virtio, "virtio-rng", DEVICE_RANDOM);
    assert_int_equal(start(), EFI_SUCCESS);
    assert_int_equal(t.virtio->acknowledged, VIRTIO_F_VERSION_1);
}

static EFI_STATUS get_random(void *buffer, size_t size)
{
    return t.interface->random->operations->read(t.interface->random, buffer, size);
}

static void rng_gives_every_byte_once(void **state)
{
    start_rng();
    uint8_t bytes[5000];
    memset(bytes, 0xee, sizeof bytes);
    assert_int_equal(get_random(bytes, 0), EFI_SUCCESS);
    assert_int_equal(get_random(bytes, 10), EFI_SUCCESS);
    assert_int_equal(bytes[9], 10);
    assert_int_equal(bytes[10], 0xee);
    t.rng.most = 7; /* a device may give less than asked for */
    assert_int_equal(get_random(bytes, sizeof bytes), EFI_SUCCESS);
    for (unsigned i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], (uint8_t)(11 + i));
    stop();
    assert_int_equal(start(), EFI_SUCCESS);
    t.rng.most = 0;
    assert_int_equal(get_random(bytes, sizeof bytes), EFI_SUCCESS);
    t.driver->quiesce(t.instance);
    assert_int_equal(t.virtio->status, 0);
    assert_int_equal(get_random(bytes, 1), EFI_DEVICE_ERROR);
}

static uint64_t wrong_id(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_USED_ID ? 200 : honest;
}

static void rng_faults_end(void **state)
{
    uint8_t byte;
    start_rng();
    t.rng.silent = true;
    assert_int_equal(get_random(&byte, 1), EFI_TIMEOUT);
    assert_int_equal(get_random(&byte, 1), EFI_DEVICE_ERROR);
    assert_int_equal(t.virtio->status, 0);
    stop();

    t.rng.silent = false;
    t.rng.empty = true;
    assert_int_equal(start(), EFI_SUCCESS);
    assert_int_equal(get_random(&byte, 1), EFI_DEVICE_ERROR);
    stop();

    t.rng.empty = false;
    t.virtio->lie = wrong_id;
    assert_int_equal(start(), EFI_SUCCESS);
    assert_int_equal(get_random(&byte, 1), EFI_DEVICE_ERROR);
    stop();

    t.virtio->lie = NULL;
    for (size_t n = 0; n < 5; n++) {
        host_fail_allocation_after(n);
        assert_int_equal(start(), EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);

    __lsan_disable(); /* what a stuck device may write to is leaked on purpose */
    assert_int_equal(start(), EFI_SUCCESS);
    __lsan_enable();
    t.virtio->never_resets = true;
    t.driver->stop(t.instance);
    t.instance = NULL;
    assert_false(pci_model_bus_master(&t.transport.pci));
}

static void start_console(uint64_t features)
{
    virtio_console_model_init(&t.console, &t.bus, features);
    plug(&t.console.virtio, "virtio-console", DEVICE_CONSOLE);
    assert_int_equal(start(), EFI_SUCCESS);
}

static size_t put(const void *data, size_t size)
{
    return t.interface->console->operations->write(t.interface->console, data, size);
}

static size_t get(void *data, size_t size)
{
    return t.interface->console->operations->read(t.interface->console, data, size);
}

static void console_writes_and_reads(void **state)
{
    start_console(VIRTIO_CONSOLE_F_SIZE | VIRTIO_CONSOLE_F_MULTIPORT);
    assert_int_equal(t.virtio->acknowledged, VIRTIO_F_VERSION_1 | VIRTIO_CONSOLE_F_SIZE);
    uint16_t columns, rows;
    assert_true(t.interface->console->operations->get_size(t.interface->console, &columns, &rows));
    assert_int_equal(columns, 132);
    assert_int_equal(rows, 43);

    char text[3000], back[600];
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 23);
    unsigned before = t.virtio->notifications;
    assert_int_equal(put("hello", 5), 5);
    assert_int_equal(t.virtio->notifications, before + 1);
    assert_int_equal(put(text, sizeof text), sizeof text);
    assert_int_equal(t.console.output_length, 5 + sizeof text);
    assert_memory_equal(t.console.output, "hello", 5);
    assert_memory_equal(t.console.output + 5, text, sizeof text);

    assert_int_equal(get(back, sizeof back), 0);
    assert_int_equal(virtio_console_model_type(&t.console, text, 500), 500);
    assert_int_equal(get(back, 3), 3);
    assert_int_equal(get(back + 3, sizeof back - 3), 497);
    assert_memory_equal(back, text, 500);
    /* Buffers go round. */
    for (unsigned i = 0; i < 30; i++) {
        assert_int_equal(virtio_console_model_type(&t.console, text, 500), 500);
        assert_int_equal(get(back, sizeof back), 500);
    }
    /* Empty ones are no end. */
    virtio_console_model_type(&t.console, text, 0);
    virtio_console_model_type(&t.console, text, 1);
    assert_int_equal(get(back, sizeof back), 1);
}

static void console_does_not_wait_for_a_sleeping_reader(void **state)
{
    start_console(0);
    uint16_t columns, rows;
    assert_false(t.interface->console->operations->get_size(t.interface->console, &columns, &rows));
    char text[5000];
    memset(text, 'x', sizeof text);
    t.console.not_reading = true;
    size_t taken = put(text, sizeof text);
    assert_int_equal(taken, 8 * 256);
    uint64_t before = fake_cpu.tsc;
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(put(text, 100), 0);
    assert_int_equal(fake_cpu.tsc, before); /* no more waiting */
    virtio_console_model_drain(&t.console);
    assert_int_equal(t.console.output_length, taken);
    assert_int_equal(put(text, 100), 100);
    assert_int_equal(t.console.output_length, taken + 100);

    t.console.not_reading = true;
    assert_int_equal(put(text, 100), 100);
    t.driver->quiesce(t.instance);
    assert_int_equal(t.virtio->status, 0);
    assert_int_equal(put(text, 1), 0);
    assert_int_equal(get(text, 1), 0);
}

static void console_faults_end(void **state)
{
    char text[16];
    start_console(VIRTIO_CONSOLE_F_SIZE);
    t.virtio->lie = wrong_id;
    virtio_console_model_type(&t.console, "abc", 3);
    virtio_console_model_type(&t.console, "abc", 3);
    virtio_console_model_type(&t.console, "abc", 3);
    while (get(text, sizeof text) > 0)
        ;
    assert_int_equal(put("x", 1), 0);
    stop();
    t.virtio->lie = NULL;
    for (size_t n = 0; n < 6; n++) {
        host_fail_allocation_after(n);
        assert_int_equal(start(), EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
    struct virtio_console_config *config = (struct virtio_console_config *)t.virtio->config;
    config->rows = 0;
    assert_int_equal(start(), EFI_SUCCESS);
    uint16_t columns, rows;
    assert_false(t.interface->console->operations->get_size(t.interface->console, &columns, &rows));
    stop();
    t.virtio->queues[1].max = t.virtio->queues[1].size = 4;
    assert_int_equal(start(), EFI_UNSUPPORTED);
    t.virtio->queues[1].max = t.virtio->queues[1].size = 8;
    __lsan_disable();
    assert_int_equal(start(), EFI_SUCCESS);
    __lsan_enable();
    t.virtio->never_resets = true;
    t.driver->stop(t.instance);
    t.instance = NULL;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rng_gives_every_byte_once), TEST(rng_faults_end),
        TEST(console_writes_and_reads),  TEST(console_does_not_wait_for_a_sleeping_reader),
        TEST(console_faults_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
