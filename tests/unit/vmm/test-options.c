/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The bench's command line, and the memory that it makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench_fixture.h"

static void parse(const char *line)
{
    char *argv[64] = {"vmm"}, *rest = strdup(line);
    int argc = 1;
    for (char *word = strtok(rest, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    options_parse(&options, argc, argv);
    free(rest);
}

static void flags_are_cloud_hypervisors(void **state)
{
    parse("--kernel K --cpus boot=6,topology=2:3:1:1,max_phys_bits=42 --memory size=1G,shared=on "
          "--platform num_pci_segments=2,oem_strings=[a=b,c] --seccomp false "
          "--disk path=/a,readonly=on,image_type=raw path=/b,pci_segment=1,pci_device_id=4 "
          "--serial tty --console off --pmem file=/p "
          "--bench strict,fail=1:3-5,delay=0:2:70,power-cut=9,power-cut-at=0x5a");
    assert_int_equal(options.cpu_count, 6);
    assert_int_equal(options.topology.cores, 3);
    assert_int_equal(options.physical_bits, 42);
    assert_int_equal(options.memory, 1 << 30);
    assert_int_equal(options.segment_count, 2);
    assert_int_equal(options.oem_string_count, 2);
    assert_string_equal(options.oem_strings[0], "a=b");
    assert_int_equal(options.disk_count, 2);
    assert_true(options.disks[0].readonly && options.disks[0].raw);
    assert_false(options.disks[1].raw);
    assert_int_equal(options.disks[1].place.segment, 1);
    assert_int_equal(options.disks[1].place.slot, 4);
    assert_int_equal(options.serial, SERIAL_TTY);
    assert_int_equal(options.console, CONSOLE_OFF);
    assert_string_equal(options.pmems[0].file, "/p");
    assert_true(options.strict);
    assert_int_equal(options.faults[0].disk, 1);
    assert_int_equal(options.faults[0].last, 5);
    assert_int_equal(options.faults[0].delay_ms, 0);
    assert_int_equal(options.faults[1].delay_ms, 70);
    assert_int_equal(options.power_cut, 9);
    assert_int_equal(options.power_cut_at_code, 0x5a);
}

/* The small zone is the end of the highest RAM, whichever order they are named in; a file's bytes
 * are there, and what is written gets there. */
static void a_zone_is_the_end_of_ram(void **state)
{
    char path[] = "/tmp/test-bench-XXXXXX", line[256];
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "zone", 4), 4);
    snprintf(line, sizeof line,
             "--kernel K --memory size=0 --memory-zone id=nv,size=2M,file=%s,shared=on "
             "id=mem,size=4G",
             path);
    parse(line);
    assert_int_equal(options.memory, (4ull << 30) + (2 << 20));
    struct vm made = {.options = &options};
    memory_create(&made);
    assert_int_equal(made.low_size, LOW_RAM_END);
    assert_int_equal(made.high_size, (1ull << 30) + (2 << 20));
    uint8_t *zone = vm_memory(&made, 0x140000000, 2 << 20);
    assert_memory_equal(zone, "zone", 4);
    zone[1] = 'O';
    char read_back[4];
    assert_int_equal(pread(fd, read_back, 4, 0), 4);
    assert_memory_equal(read_back, "zOne", 4);
    assert_int_equal(lseek(fd, 0, SEEK_END), 2 << 20);
    close(fd);
    unlink(path);
}

/* It lies over the hole below 4 GiB. */
static void a_zone_in_two_parts(void **state)
{
    char path[] = "/tmp/test-bench-XXXXXX", line[256];
    int fd = mkstemp(path);
    snprintf(line, sizeof line,
             "--kernel K --memory size=0 --memory-zone id=a,size=3070M id=b,size=4M,file=%s", path);
    parse(line);
    struct vm made = {.options = &options};
    memory_create(&made);
    assert_int_equal(pwrite(fd, "low", 3, 0), 3);
    assert_int_equal(pwrite(fd, "high", 4, 2 << 20), 4);
    assert_memory_equal(vm_memory(&made, LOW_RAM_END - (2 << 20), 3), "low", 3);
    assert_memory_equal(vm_memory(&made, HIGH_RAM, 4), "high", 4);
    assert_null(vm_memory(&made, HIGH_RAM + (2 << 20), 1));
    close(fd);
    unlink(path);
}

int test_options(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_are_cloud_hypervisors),
        cmocka_unit_test(a_zone_is_the_end_of_ram),
        cmocka_unit_test(a_zone_in_two_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
