/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/kind.h"
#include "vmm/words.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static bool take_place(struct place *place, const char *key, const char *value)
{
    if (strcmp(key, "pci_segment") == 0)
        place->segment = (unsigned)words_number(value, "pci_segment");
    else if (strcmp(key, "pci_device_id") == 0)
        place->slot = (unsigned)words_number(value, "pci_device_id");
    else
        return false;
    return true;
}

static void take_disk(struct machine_options *o, char *list)
{
    static const char *const no_matter[] = {"id",          "direct",           "num_queues",
                                            "disable_aio", "disable_io_uring", "sparse"};
    char *key, *value;
    if (o->disk_count == DISKS_MAX)
        usage("--disk: too many");
    struct disk_options *disk = &o->disks[o->disk_count++];
    while ((key = words_next(&list, &value)) != NULL) {
        if (strcmp(key, "path") == 0)
            disk->path = value;
        else if (strcmp(key, "readonly") == 0)
            disk->readonly = words_on(value, "--disk readonly");
        else if (strcmp(key, "serial") == 0)
            disk->serial = value;
        else if (strcmp(key, "queue_size") == 0)
            disk->queue_size = (uint16_t)words_number(value, "--disk queue_size");
        else if (strcmp(key, "image_type") == 0)
            disk->raw = value != NULL && strcmp(value, "raw") == 0;
        else if (!take_place(&disk->place, key, value) &&
                 !words_among(key, no_matter, COUNT_OF(no_matter)))
            usage("--disk");
    }
    if (disk->path == NULL)
        usage("--disk: path");
}

static void take_net(struct machine_options *o, char *list)
{
    static const char *const no_matter[] = {"id", "num_queues", "queue_size", "mtu"};
    char *key, *value;
    if (o->net_count == NETS_MAX)
        usage("--net: too many");
    struct net_options *net = &o->nets[o->net_count++];
    *net = (struct net_options){.mac = {0x52, 0x54, 0, 0, 0, (uint8_t)o->net_count}, .fd = -1};
    while ((key = words_next(&list, &value)) != NULL) {
        if (strcmp(key, "mac") == 0 && value != NULL &&
            sscanf(value, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &net->mac[0], &net->mac[1], &net->mac[2],
                   &net->mac[3], &net->mac[4], &net->mac[5]) == 6)
            continue;
        if (strcmp(key, "fd") == 0)
            net->fd = (int)words_number(value + (value != NULL && value[0] == '['), "--net fd");
        else if (!take_place(&net->place, key, value) &&
                 !words_among(key, no_matter, COUNT_OF(no_matter)))
            usage("--net");
    }
}

static void take_pmem(struct machine_options *o, char *list)
{
    char *key, *value;
    if (o->pmem_count == PMEMS_MAX)
        usage("--pmem: too many");
    struct pmem_options *pmem = &o->pmems[o->pmem_count++];
    while ((key = words_next(&list, &value)) != NULL) {
        if (strcmp(key, "file") == 0)
            pmem->file = value;
        else if (strcmp(key, "discard_writes") == 0)
            pmem->discard_writes = words_on(value, "--pmem discard_writes");
        else if (!take_place(&pmem->place, key, value) && strcmp(key, "id") != 0)
            usage("--pmem");
    }
    if (pmem->file == NULL)
        usage("--pmem: file");
}

static void take_topology(struct machine_options *o, const char *value)
{
    if (value == NULL ||
        sscanf(value, "%u:%u:%u:%u", &o->topology.threads, &o->topology.cores, &o->topology.dies,
               &o->topology.packages) != 4 ||
        o->topology.threads == 0 || o->topology.cores == 0 || o->topology.dies == 0)
        usage("--cpus: topology=THREADS:CORES:DIES:PACKAGES");
}

static void take_cpus(struct machine_options *o, char *list)
{
    char *key, *value;
    while ((key = words_next(&list, &value)) != NULL) {
        if (strcmp(key, "max_phys_bits") == 0)
            o->physical_bits = (unsigned)words_number(value, "--cpus max_phys_bits");
        else if (strcmp(key, "boot") == 0)
            o->cpu_count = (unsigned)words_number(value, "--cpus boot");
        else if (strcmp(key, "topology") == 0)
            take_topology(o, value);
        else
            usage("--cpus");
    }
    if (o->physical_bits < 36 || o->physical_bits > 46)
        usage("--cpus: max_phys_bits is 36 to 46");
    if (o->cpu_count == 0 || o->cpu_count > CPUS_MAX)
        usage("--cpus: boot is 1 to 1024");
    if (o->topology.threads != 0 &&
        o->topology.threads * o->topology.cores * o->topology.dies * o->topology.packages !=
            o->cpu_count)
        usage("--cpus: the topology has another number of processors");
}

/* Kinds of host memory make no difference to a guest. */
static const char *const host_memory[] = {"shared",   "hugepages", "hugepage_size",
                                          "prefault", "mergeable", "thp"};

static void take_memory(struct machine_options *o, char *list)
{
    char *key, *value;
    while ((key = words_next(&list, &value)) != NULL) {
        if (strcmp(key, "size") == 0)
            o->memory = words_number(value, "--memory size");
        else if (!words_among(key, host_memory, COUNT_OF(host_memory)))
            usage("--memory");
    }
}

static void take_zone(struct machine_options *o, char *list)
{
    char *key, *value;
    if (o->zone_count == ZONES_MAX)
        usage("--memory-zone: too many");
    struct zone_options *zone = &o->zones[o->zone_count++];
    while ((key = words_next(&list, &value)) != NULL) {
        if (strcmp(key, "id") == 0)
            zone->id = value;
        else if (strcmp(key, "size") == 0)
            zone->size = words_number(value, "--memory-zone size");
        else if (strcmp(key, "file") == 0)
            zone->file = value;
        else if (!words_among(key, host_memory, COUNT_OF(host_memory)))
            usage("--memory-zone");
        if (strcmp(key, "shared") == 0)
            zone->shared = words_on(value, "--memory-zone shared");
    }
    if (zone->id == NULL || zone->size == 0)
        usage("--memory-zone: id and size");
}

/* After all flags are read: with zones, the machine's memory is theirs. */
static void check_memory(struct machine_options *o)
{
    if (o->zone_count != 0 && o->memory != 0)
        usage("--memory-zone: goes with --memory size=0");
    for (unsigned i = 0; i < o->zone_count; i++)
        o->memory += o->zones[i].size;
    if (o->memory < 64 << 20 || o->memory % (2 << 20) != 0)
        usage("--memory: at least 64M, in steps of 2M");
}

static void take_platform(struct machine_options *o, char *list)
{
    char *key, *value, *string;
    while ((key = words_next(&list, &value)) != NULL) {
        if (strcmp(key, "num_pci_segments") == 0) {
            o->segment_count = (unsigned)words_number(value, "--platform num_pci_segments");
            continue;
        }
        if (strcmp(key, "oem_strings") != 0 || value == NULL || value[0] != '[')
            usage("--platform");
        value[strlen(value) - 1] = '\0';
        for (value++; *value != '\0' && o->oem_string_count < OEM_STRINGS_MAX;) {
            string = value;
            value += strcspn(value, ",");
            if (*value == ',')
                *value++ = '\0';
            o->oem_strings[o->oem_string_count++] = string;
        }
    }
    if (o->segment_count == 0 || o->segment_count > SEGMENTS_MAX)
        usage("--platform: num_pci_segments is 1 to 96");
}

/* DISK:FIRST[-LAST][:MILLISECONDS] */
static void take_fault(struct machine_options *o, const char *value, bool delay)
{
    if (value == NULL || o->fault_count == FAULTS_MAX)
        usage("--bench fail, delay");
    struct disk_fault *fault = &o->faults[o->fault_count++];
    char *end;
    fault->disk = (unsigned)strtoul(value, &end, 10);
    if (*end++ != ':')
        usage("--bench fail, delay");
    fault->first = fault->last = (unsigned)strtoul(end, &end, 10);
    if (*end == '-')
        fault->last = (unsigned)strtoul(end + 1, &end, 10);
    if (delay && *end == ':')
        fault->delay_ms = (unsigned)strtoul(end + 1, &end, 10);
    if (*end != '\0' || delay != (fault->delay_ms != 0))
        usage("--bench fail, delay");
}

/* What is on or off. */
static bool take_switch(struct machine_options *o, const char *key)
{
    const struct {
        const char *key;
        bool *to;
    } switches[] = {{"strict", &o->strict},       {"no-tsc-leaf", &o->no_tsc_leaf},
                    {"x2apic", &o->x2apic},       {"stale-ram", &o->stale_ram},
                    {"no-reboot", &o->no_reboot}, {"no-device-reset", &o->no_device_reset},
                    {"only-acpi", &o->only_acpi}, {"only-command-line", &o->only_command_line}};
    for (unsigned i = 0; i < COUNT_OF(switches); i++) {
        if (strcmp(key, switches[i].key) == 0)
            return *switches[i].to = true;
    }
    return false;
}

static void take_machine(struct machine_options *o, const char *value)
{
    o->kind = value != NULL ? kind_named(value) : NULL;
    if (o->kind == NULL)
        usage("--bench machine");
}

static void take_bench(struct machine_options *o, char *list)
{
    char *key, *value;
    while ((key = words_next(&list, &value)) != NULL) {
        if (take_switch(o, key))
            continue;
        if (strcmp(key, "machine") == 0)
            take_machine(o, value);
        else if (strcmp(key, "block-size") == 0)
            o->block_size = (unsigned)words_number(value, "--bench block-size");
        else if (strcmp(key, "power-cut") == 0)
            o->power_cut = (unsigned)words_number(value, "--bench power-cut");
        else if (strcmp(key, "power-cut-at") == 0)
            o->power_cut_at_code = (int)words_number(value, "--bench power-cut-at");
        else if (strcmp(key, "fail") == 0 || strcmp(key, "delay") == 0)
            take_fault(o, value, key[0] == 'd');
        else if (strcmp(key, "timeout") == 0)
            o->timeout_seconds = (unsigned)words_number(value, "--bench timeout");
        else if (strcmp(key, "debug-log") == 0)
            o->debug_log = value;
        else if (strcmp(key, "report") == 0)
            o->report = value;
        else if (strcmp(key, "state") == 0)
            o->state = value;
        else
            usage("--bench");
    }
}

static unsigned choice(const char *flag, const char *value, const char *const *names)
{
    for (unsigned i = 0; names[i] != NULL; i++) {
        if (strcmp(value, names[i]) == 0)
            return i;
    }
    usage(flag);
}

static void take_serial(struct machine_options *o, char *value)
{
    static const char *const names[] = {
        [SERIAL_NULL] = "null", [SERIAL_TTY] = "tty", [SERIAL_OFF] = "off", NULL};
    o->serial = choice("--serial", value, names);
}

static void take_console(struct machine_options *o, char *value)
{
    static const char *const names[] = {
        [CONSOLE_TTY] = "tty", [CONSOLE_NULL] = "null", [CONSOLE_OFF] = "off", NULL};
    o->console = choice("--console", value, names);
}

static void take_kernel(struct machine_options *o, char *value)
{
    o->kernel = value;
}

static void take_cmdline(struct machine_options *o, char *value)
{
    o->cmdline = value;
}

static void take_initramfs(struct machine_options *o, char *value)
{
    o->initramfs = value;
}

/* They change nothing that a guest sees. */
static void ignore(struct machine_options *o, char *value)
{
}

static const struct {
    const char *flag;
    void (*take)(struct machine_options *o, char *value);
    bool several; /* values may follow one flag */
} flags[] = {
    {"--kernel", take_kernel, false},   {"--firmware", take_kernel, false},
    {"--cmdline", take_cmdline, false}, {"--initramfs", take_initramfs, false},
    {"--cpus", take_cpus, false},       {"--memory", take_memory, false},
    {"--memory-zone", take_zone, true}, {"--platform", take_platform, false},
    {"--serial", take_serial, false},   {"--console", take_console, false},
    {"--disk", take_disk, true},        {"--net", take_net, true},
    {"--pmem", take_pmem, true},        {"--bench", take_bench, false},
    {"--rng", ignore, false},           {"--seccomp", ignore, false},
    {"--api-socket", ignore, false},    {"--event-monitor", ignore, false},
    {"--log-file", ignore, false},      {"--rate-limit-group", ignore, true},
    {"--landlock-rules", ignore, true},
};

static unsigned find_flag(const char *flag)
{
    for (unsigned i = 0; i < COUNT_OF(flags); i++) {
        if (strcmp(flag, flags[i].flag) == 0)
            return i;
    }
    usage(flag);
}

void options_parse(struct machine_options *options, int argc, char **argv)
{
    *options = (struct machine_options){.kind = &cloud_hypervisor,
                                        .memory = 512 << 20,
                                        .physical_bits = 46,
                                        .cpu_count = 1,
                                        .segment_count = 1,
                                        .block_size = 512,
                                        .power_cut_at_code = -1,
                                        .timeout_seconds = 60};
    for (int i = 1; i < argc;) {
        unsigned flag = find_flag(argv[i++]);
        if (i == argc)
            usage(flags[flag].flag);
        do
            flags[flag].take(options, strdup(argv[i++]));
        while (flags[flag].several && i < argc && argv[i][0] != '-');
    }
    if (options->kernel == NULL)
        usage("--kernel");
    check_memory(options);
}
