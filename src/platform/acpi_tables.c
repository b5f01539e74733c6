/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/acpi_tables.h"

#include "arch/io.h"
#include "core/log.h"
#include "lib/memory.h"

#define EBDA_SEGMENT  0x40eu
#define EBDA_SEARCH   1024u
#define BIOS_BASE     0xe0000u
#define BIOS_END      0x100000u
#define RSDP_ALIGN    16u
#define TABLE_MAX     (16u << 20)
#define ROOT_MAX      (36u + 8u * 1024u)
#define RSDP_SIZE_MAX 256u

static const char *text_of(uint32_t signature, char text[5])
{
    for (int i = 0; i < 4; i++) {
        char c = (char)(signature >> (8 * i));
        text[i] = c >= ' ' && c <= '~' ? c : '?';
    }
    text[4] = '\0';
    return text;
}

/* Sums eight bytes per step: a DSDT has thousands. */
static uint8_t sum_of(const uint8_t *bytes, size_t size)
{
    const uint64_t even_mask = 0x00ff00ff00ff00ffull;
    uint64_t sum = 0;
    size_t i = 0;
    for (; size - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t word;
        __builtin_memcpy(&word, bytes + i, sizeof word); /* no call */
        /* Sums of bytes in lanes of 16 bits, which wrap around without harm to the low bytes. */
        sum = ((sum & even_mask) + (word & even_mask) + (word >> 8 & even_mask)) & even_mask;
    }
    uint8_t total = (uint8_t)(sum + (sum >> 16) + (sum >> 32) + (sum >> 48));
    for (; i < size; i++)
        total = (uint8_t)(total + bytes[i]);
    return total;
}

struct reader acpi_read(const struct acpi_table *table)
{
    if (table->address == 0)
        return reader_make(NULL, 0);
    return reader_make(phys_to_virt(table->address, table->size), table->size);
}

/* Is there an RSDP at `address`? */
static bool read_rsdp(uint64_t address, const struct memory_map *map, struct acpi_rsdp *ret)
{
    struct acpi_rsdp rsdp = {0};
    if (!memory_map_may_hold_tables(map, address, ACPI_RSDP_V1_SIZE))
        return false;
    const uint8_t *bytes = phys_to_virt(address, ACPI_RSDP_V1_SIZE);
    memcpy(&rsdp, bytes, ACPI_RSDP_V1_SIZE);
    if (rsdp.signature != ACPI_RSDP_SIGNATURE || sum_of(bytes, ACPI_RSDP_V1_SIZE) != 0)
        return false;
    if (rsdp.revision >= 2) {
        if (!memory_map_may_hold_tables(map, address, sizeof rsdp))
            return false;
        memcpy(&rsdp, phys_to_virt(address, sizeof rsdp), sizeof rsdp);
        if (rsdp.length < sizeof rsdp || rsdp.length > RSDP_SIZE_MAX ||
            !memory_map_may_hold_tables(map, address, rsdp.length) ||
            sum_of(phys_to_virt(address, rsdp.length), rsdp.length) != 0)
            return false;
    }
    *ret = rsdp;
    return true;
}

static bool search(uint64_t base, uint64_t end, const struct memory_map *map,
                   struct acpi_rsdp *ret_rsdp, uint64_t *ret_address)
{
    const uint8_t *bytes = phys_to_virt(base, end - base);
    for (uint64_t at = base; at + ACPI_RSDP_V1_SIZE <= end; at += RSDP_ALIGN) {
        uint64_t signature;
        __builtin_memcpy(&signature, bytes + (at - base), sizeof signature);
        if (signature == ACPI_RSDP_SIGNATURE && read_rsdp(at, map, ret_rsdp)) {
            *ret_address = at;
            return true;
        }
    }
    return false;
}

static bool find_rsdp(uint64_t hint, const struct memory_map *map, struct acpi_rsdp *ret_rsdp,
                      uint64_t *ret_address)
{
    if (hint != 0) {
        if (read_rsdp(hint, map, ret_rsdp)) {
            *ret_address = hint;
            return true;
        }
        log_warning("no ACPI RSDP at 0x%llx, where the VMM says it is", (unsigned long long)hint);
    }
    uint16_t segment;
    memcpy(&segment, phys_to_virt(EBDA_SEGMENT, sizeof segment), sizeof segment);
    uint64_t ebda = (uint64_t)segment << 4;
    if (memory_map_may_hold_tables(map, ebda, EBDA_SEARCH) && ebda + EBDA_SEARCH <= BIOS_BASE &&
        search(ebda, ebda + EBDA_SEARCH, map, ret_rsdp, ret_address))
        return true;
    return search(BIOS_BASE, BIOS_END, map, ret_rsdp, ret_address);
}

/* The table at `address`, when it is sound. */
static bool check_table(uint64_t address, uint32_t size_max, const struct memory_map *map,
                        struct acpi_header *ret_header)
{
    struct acpi_header header;
    if (!memory_map_may_hold_tables(map, address, sizeof header)) {
        log_warning("ACPI table at 0x%llx is not in memory", (unsigned long long)address);
        return false;
    }
    memcpy(&header, phys_to_virt(address, sizeof header), sizeof header);
    char name[5];
    text_of(header.signature, name);
    if (header.length < sizeof header || header.length > size_max ||
        !memory_map_may_hold_tables(map, address, header.length)) {
        log_warning("ACPI table %s at 0x%llx has length %u", name, (unsigned long long)address,
                    header.length);
        return false;
    }
    if (sum_of(phys_to_virt(address, header.length), header.length) != 0) {
        log_warning("ACPI table %s at 0x%llx has a wrong checksum", name,
                    (unsigned long long)address);
        return false;
    }
    *ret_header = header;
    return true;
}

static bool find_root(const struct acpi_rsdp *rsdp, const struct memory_map *map,
                      struct acpi_tables *tables)
{
    const struct {
        uint64_t address;
        uint32_t signature;
        bool is_xsdt;
    } roots[] = {
        {rsdp->revision >= 2 ? rsdp->xsdt_address : 0, ACPI_SIGNATURE('X', 'S', 'D', 'T'), true},
        {rsdp->rsdt_address, ACPI_SIGNATURE('R', 'S', 'D', 'T'), false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
        struct acpi_header header;
        if (roots[i].address == 0 || !check_table(roots[i].address, ROOT_MAX, map, &header))
            continue;
        if (header.signature != roots[i].signature) {
            log_warning("ACPI root table at 0x%llx has a wrong signature",
                        (unsigned long long)roots[i].address);
            continue;
        }
        tables->root = (struct acpi_table){roots[i].address, header.length};
        tables->root_is_xsdt = roots[i].is_xsdt;
        return true;
    }
    return false;
}

/* Takes the table at `address` when it is one that the firmware reads. */
static void take_table(uint64_t address, const struct memory_map *map, struct acpi_tables *tables)
{
    const struct {
        uint32_t signature;
        struct acpi_table *table;
    } wanted[] = {
        {ACPI_SIGNATURE('F', 'A', 'C', 'P'), &tables->fadt},
        {ACPI_SIGNATURE('A', 'P', 'I', 'C'), &tables->madt},
        {ACPI_SIGNATURE('M', 'C', 'F', 'G'), &tables->mcfg},
        {ACPI_SIGNATURE('V', 'I', 'O', 'T'), &tables->viot},
    };
    if (!memory_map_may_hold_tables(map, address, sizeof(struct acpi_header))) {
        log_warning("ACPI table at 0x%llx is not in memory", (unsigned long long)address);
        return;
    }
    uint32_t signature;
    memcpy(&signature, phys_to_virt(address, sizeof signature), sizeof signature);
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        struct acpi_header header;
        if (signature != wanted[i].signature || wanted[i].table->address != 0 ||
            !check_table(address, TABLE_MAX, map, &header))
            continue;
        *wanted[i].table = (struct acpi_table){address, header.length};
    }
}

static void walk_root(const struct memory_map *map, struct acpi_tables *tables)
{
    struct reader r = acpi_read(&tables->root);
    if (!reader_skip(&r, sizeof(struct acpi_header)))
        return;
    for (;;) {
        uint64_t address;
        uint32_t address32;
        if (tables->root_is_xsdt) {
            if (!reader_u64(&r, &address))
                return;
        } else {
            if (!reader_u32(&r, &address32))
                return;
            address = address32;
        }
        if (address != 0)
            take_table(address, map, tables);
    }
}

static void find_dsdt(const struct memory_map *map, struct acpi_tables *tables)
{
    struct acpi_fadt fadt = {0};
    struct reader r = acpi_read(&tables->fadt);
    if (tables->fadt.address == 0 || !reader_copy(&r, &fadt, MIN(reader_left(&r), sizeof fadt)))
        return;
    uint64_t address = fadt.x_dsdt != 0 ? fadt.x_dsdt : fadt.dsdt;
    struct acpi_header header;
    if (address == 0 || !check_table(address, TABLE_MAX, map, &header))
        return;
    if (header.signature != ACPI_SIGNATURE('D', 'S', 'D', 'T')) {
        log_warning("ACPI DSDT at 0x%llx has a wrong signature", (unsigned long long)address);
        return;
    }
    tables->dsdt = (struct acpi_table){address, header.length};
}

void acpi_find_tables(uint64_t hint, const struct memory_map *map, struct acpi_tables *ret)
{
    *ret = (struct acpi_tables){0};
    struct acpi_rsdp rsdp;
    uint64_t address;
    if (!find_rsdp(hint, map, &rsdp, &address)) {
        log_warning("the machine has no ACPI tables");
        return;
    }
    ret->rsdp = address;
    ret->revision = rsdp.revision;
    memcpy(ret->oem_id, rsdp.oem_id, sizeof ret->oem_id);
    if (!find_root(&rsdp, map, ret)) {
        log_warning("ACPI RSDP at 0x%llx has no usable root table", (unsigned long long)address);
        return;
    }
    walk_root(map, ret);
    find_dsdt(map, ret);
}
