/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What the machine is made of: Cloud Hypervisor's flags, as far as the bench has what they ask for,
 * and the bench's own behind --bench. */

#define ZONES_MAX       16u
#define DISKS_MAX       96u
#define NETS_MAX        8u
#define PMEMS_MAX       8u
#define OEM_STRINGS_MAX 16u
#define FAULTS_MAX      16u
#define SEGMENTS_MAX    96u
#define CPUS_MAX        1024u

struct zone_options {
    const char *id;
    uint64_t size;    /* bytes */
    const char *file; /* NULL: anonymous */
    bool shared;      /* what is written lasts in the file */
};

/* Where a device sits: pci_segment and pci_device_id (0: the next free slot). */
struct place {
    unsigned segment, slot;
};

struct disk_options {
    const char *path, *serial;
    bool readonly;
    bool raw; /* image_type=raw; else sector 0 is write-protected */
    uint16_t queue_size; /* 0: as there, 128 */
    struct place place;
};

struct net_options {
    uint8_t mac[6];
    int fd; /* a socket or tap: 12 bytes of header before each frame; -1: the bench's own peer */
    struct place place;
};

struct pmem_options {
    const char *file;
    bool discard_writes;
    struct place place;
};

/* A fault of a disk: what happens to its requests `first` to `last`, counted from 1. */
struct disk_fault {
    unsigned disk;
    unsigned first, last;
    unsigned delay_ms; /* 0: the request fails */
};

struct machine_kind;

struct machine_options {
    const struct machine_kind *kind;
    const char *kernel, *cmdline, *initramfs;
    uint64_t memory; /* bytes; of all zones together when there are some */
    struct zone_options zones[ZONES_MAX];
    unsigned zone_count;
    unsigned cpu_count;
    struct {
        unsigned threads, cores, dies, packages;
    } topology; /* threads 0: none, APIC ids have no gaps */
    unsigned physical_bits;
    unsigned segment_count;
    enum { SERIAL_NULL, SERIAL_TTY, SERIAL_OFF } serial;
    enum { CONSOLE_TTY, CONSOLE_NULL, CONSOLE_OFF } console; /* virtio-console */
    const char *oem_strings[OEM_STRINGS_MAX];
    unsigned oem_string_count;
    struct disk_options disks[DISKS_MAX];
    unsigned disk_count;
    struct net_options nets[NETS_MAX];
    unsigned net_count;
    struct pmem_options pmems[PMEMS_MAX];
    unsigned pmem_count;

    /* The bench's own */
    bool strict;
    bool no_tsc_leaf;
    bool x2apic;          /* on at entry even when APIC ids are low */
    bool stale_ram;       /* RAM that is not zero */
    bool no_reboot;       /* a reset ends the run */
    bool no_device_reset; /* virtio devices over MMIO do not forget what they were told */
    bool only_acpi, only_command_line; /* tell where such devices are */
    unsigned block_size;
    unsigned power_cut;    /* after so many writes to disks; 0: never */
    int power_cut_at_code; /* when the guest writes this to port 0x80; -1: never */
    struct disk_fault faults[FAULTS_MAX];
    unsigned fault_count;
    unsigned timeout_seconds;
    const char *debug_log, *report, *state;
};

/* A usage line and exit status 2 when the bench cannot serve a flag. */
void options_parse(struct machine_options *options, int argc, char **argv);
