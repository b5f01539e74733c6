/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void usage(const char *what)
{
    fprintf(
        stderr,
        "vmm: %s\n"
        "usage: vmm --kernel F | --firmware F [--cmdline S] [--initramfs F]\n"
        "           [--cpus boot=1[,max_phys_bits=N]] [--memory size=S] [--serial null|tty|off]\n"
        "           [--console tty|off] [--disk path=F[,readonly=on]…]…\n"
        "           [--platform oem_strings=[S,…]]\n"
        "           [--bench "
        "[strict],[no-tsc-leaf],[x2apic],[stale-ram],[timeout=SECONDS],[debug-log=F],[report=F]]\n",
        what);
    exit(2);
}

/* The next "key=value" of a list, or NULL. Commas inside of brackets do not part. */
static char *next_item(char **list, char **ret_value)
{
    char *item = *list, *p = item;
    if (item == NULL || *item == '\0')
        return NULL;
    unsigned depth = 0;
    for (; *p != '\0' && (*p != ',' || depth > 0); p++)
        depth += (*p == '[') - (*p == ']');
    *list = *p == ',' ? p + 1 : p;
    *p = '\0';
    char *equals = strchr(item, '=');
    *ret_value = equals != NULL ? equals + 1 : NULL;
    if (equals != NULL)
        *equals = '\0';
    return item;
}

static uint64_t number_of(const char *text, const char *flag)
{
    char *end;
    uint64_t value = text != NULL ? strtoull(text, &end, 0) : 0;
    if (text == NULL || end == text)
        usage(flag);
    switch (*end) {
    case 'K':
        return value << 10;
    case 'M':
        return value << 20;
    case 'G':
        return value << 30;
    case 'T':
        return value << 40;
    case '\0':
        return value;
    default:
        usage(flag);
    }
}

static void take_disk(struct machine_options *o, char *list)
{
    char *key, *value;
    if (o->disk_count == sizeof o->disks / sizeof o->disks[0])
        usage("too many disks");
    unsigned index = o->disk_count++;
    while ((key = next_item(&list, &value)) != NULL) {
        if (strcmp(key, "path") == 0)
            o->disks[index] = value;
        else if (strcmp(key, "readonly") == 0)
            o->disk_readonly[index] = value != NULL && strcmp(value, "on") == 0;
        else if (strcmp(key, "image_type") != 0)
            usage("--disk");
    }
    if (o->disks[index] == NULL)
        usage("--disk: path");
}

static void take_cpus(struct machine_options *o, char *list)
{
    char *key, *value;
    while ((key = next_item(&list, &value)) != NULL) {
        if (strcmp(key, "max_phys_bits") == 0)
            o->physical_bits = (unsigned)number_of(value, "--cpus");
        else if (strcmp(key, "boot") != 0 || number_of(value, "--cpus") != 1)
            usage("--cpus: the bench has one processor");
    }
    if (o->physical_bits < 36 || o->physical_bits > 46)
        usage("--cpus: max_phys_bits is 36 to 46");
}

static void take_memory(struct machine_options *o, char *list)
{
    char *key, *value;
    while ((key = next_item(&list, &value)) != NULL) {
        if (strcmp(key, "size") != 0)
            usage("--memory");
        o->memory = number_of(value, "--memory");
    }
    if (o->memory < 64 << 20 || o->memory % (2 << 20) != 0)
        usage("--memory: at least 64M, in steps of 2M");
}

static void take_platform(struct machine_options *o, char *list)
{
    char *key, *value, *string;
    while ((key = next_item(&list, &value)) != NULL) {
        if (strcmp(key, "oem_strings") != 0 || value == NULL || value[0] != '[')
            usage("--platform");
        value[strlen(value) - 1] = '\0';
        for (value++; *value != '\0' && o->oem_string_count < 8;) {
            string = value;
            value += strcspn(value, ",");
            if (*value == ',')
                *value++ = '\0';
            o->oem_strings[o->oem_string_count++] = string;
        }
    }
}

static void take_bench(struct machine_options *o, char *list)
{
    char *key, *value;
    while ((key = next_item(&list, &value)) != NULL) {
        if (strcmp(key, "strict") == 0)
            o->strict = true;
        else if (strcmp(key, "no-tsc-leaf") == 0)
            o->no_tsc_leaf = true;
        else if (strcmp(key, "x2apic") == 0)
            o->x2apic = true;
        else if (strcmp(key, "stale-ram") == 0)
            o->stale_ram = true;
        else if (strcmp(key, "timeout") == 0)
            o->timeout_seconds = (unsigned)number_of(value, "--bench: timeout");
        else if (strcmp(key, "debug-log") == 0)
            o->debug_log = value;
        else if (strcmp(key, "report") == 0)
            o->report = value;
        else
            usage("--bench");
    }
}

/* Which of the two it is. */
static int one_of(const char *flag, const char *value, const char *first, const char *second)
{
    if (strcmp(value, first) == 0)
        return 0;
    if (strcmp(value, second) != 0)
        usage(flag);
    return 1;
}

static void take_serial(struct machine_options *o, const char *value)
{
    if (strcmp(value, "tty") == 0)
        o->serial = SERIAL_TTY;
    else
        o->serial = one_of("--serial", value, "null", "off") == 1 ? SERIAL_OFF : SERIAL_NULL;
}

static void take_flag(struct machine_options *o, const char *flag, char *value)
{
    if (strcmp(flag, "--kernel") == 0 || strcmp(flag, "--firmware") == 0)
        o->kernel = value;
    else if (strcmp(flag, "--cmdline") == 0)
        o->cmdline = value;
    else if (strcmp(flag, "--initramfs") == 0)
        o->initramfs = value;
    else if (strcmp(flag, "--cpus") == 0)
        take_cpus(o, value);
    else if (strcmp(flag, "--memory") == 0)
        take_memory(o, value);
    else if (strcmp(flag, "--serial") == 0)
        take_serial(o, value);
    else if (strcmp(flag, "--console") == 0)
        o->console = one_of(flag, value, "off", "tty") == 1;
    else if (strcmp(flag, "--platform") == 0)
        take_platform(o, value);
    else if (strcmp(flag, "--bench") == 0)
        take_bench(o, value);
    else
        usage(flag);
}

void options_parse(struct machine_options *options, int argc, char **argv)
{
    *options = (struct machine_options){
        .memory = 512 << 20, .physical_bits = 46, .console = true, .timeout_seconds = 60};
    for (int i = 1; i < argc;) {
        const char *flag = argv[i++];
        if (i == argc)
            usage(flag);
        /* Several values may follow one --disk. */
        do {
            if (strcmp(flag, "--disk") == 0)
                take_disk(options, argv[i++]);
            else
                take_flag(options, flag, argv[i++]);
        } while (strcmp(flag, "--disk") == 0 && i < argc && argv[i][0] != '-');
    }
    if (options->kernel == NULL)
        usage("--kernel");
}
