/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/cmos.h"

#include <string.h>

#define INDEX_WEEKDAY 0x06
#define INDEX_A       0x0a
#define INDEX_B       0x0b
#define INDEX_D       0x0d
#define INDEX_CENTURY 0x32
#define B_SET         0x80
#define B_BINARY      0x04
#define B_24_HOURS    0x02

/* A month's last day, for the few dates that tests use. */
static unsigned last_day(const EFI_TIME *t)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return t->Month == 2 && t->Year % 4 == 0 ? 29 : days[t->Month - 1];
}

void cmos_tick(struct cmos *cmos)
{
    EFI_TIME *t = &cmos->time;
    if (++t->Second < 60)
        return;
    t->Second = 0;
    if (++t->Minute < 60)
        return;
    t->Minute = 0;
    if (++t->Hour < 24)
        return;
    t->Hour = 0;
    if (++t->Day <= last_day(t))
        return;
    t->Day = 1;
    if (++t->Month <= 12)
        return;
    t->Month = 1;
    t->Year++;
}

static uint8_t mode(const struct cmos *cmos)
{
    return cmos->is_cloud_hypervisor ? B_24_HOURS : cmos->ram[INDEX_B];
}

static uint8_t encode(const struct cmos *cmos, unsigned value)
{
    return (uint8_t)(mode(cmos) & B_BINARY ? value : value / 10 * 16 + value % 10);
}

static unsigned decode(const struct cmos *cmos, uint8_t value)
{
    return mode(cmos) & B_BINARY ? value : value / 16 * 10u + value % 16;
}

static uint8_t encode_hour(const struct cmos *cmos)
{
    unsigned hour = cmos->time.Hour;
    if (mode(cmos) & B_24_HOURS)
        return encode(cmos, hour);
    uint8_t value = encode(cmos, hour % 12 == 0 ? 12 : hour % 12);
    return hour >= 12 ? value | 0x80 : value;
}

/* 1 is Sunday. */
static uint8_t weekday(const EFI_TIME *t)
{
    static const uint8_t offsets[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    unsigned year = t->Month < 3 ? t->Year - 1u : t->Year;
    return (uint8_t)((year + year / 4 - year / 100 + year / 400 + offsets[t->Month - 1] + t->Day) %
                         7 +
                     1);
}

static bool is_clock(const struct cmos *cmos, uint8_t index)
{
    if (index == INDEX_WEEKDAY)
        return cmos->is_cloud_hypervisor;
    return index == 0 || index == 2 || index == 4 || (index >= 7 && index <= INDEX_A) ||
           index == INDEX_D || (index == INDEX_CENTURY && cmos->has_century);
}

static uint8_t read_clock(struct cmos *cmos, uint8_t index)
{
    const EFI_TIME *t = &cmos->time;
    switch (index) {
    case 0:
        return encode(cmos, t->Second);
    case 2:
        return encode(cmos, t->Minute);
    case 4:
        return encode_hour(cmos);
    case INDEX_WEEKDAY:
        return weekday(t);
    case 7:
        return encode(cmos, t->Day);
    case 8:
        return encode(cmos, t->Month);
    case 9:
        return encode(cmos, t->Year % 100);
    case INDEX_CENTURY:
        return encode(cmos, t->Year / 100);
    case INDEX_A:
        return (uint8_t)((cmos->updating > 0 && cmos->updating-- > 0 ? 0x80 : 0) |
                         (cmos->is_cloud_hypervisor ? 0x20 : 0x26));
    default:
        return 0x80;
    }
}

static uint64_t cmos_read(void *context, uint64_t offset, unsigned width)
{
    struct cmos *cmos = context;
    if (offset == 0 || width != 1)
        return ~0ull;
    if (cmos->reads_until_tick > 0 && --cmos->reads_until_tick == 0)
        cmos_tick(cmos);
    return is_clock(cmos, cmos->index) ? read_clock(cmos, cmos->index)
                                       : cmos->ram[cmos->index & 0x7f];
}

static void write_clock(struct cmos *cmos, uint8_t index, uint8_t value)
{
    EFI_TIME *t = &cmos->time;
    unsigned number = decode(cmos, value);
    switch (index) {
    case 0:
        t->Second = (uint8_t)number;
        break;
    case 2:
        t->Minute = (uint8_t)number;
        break;
    case 4:
        t->Hour = (uint8_t)number;
        if (!(mode(cmos) & B_24_HOURS))
            t->Hour = (uint8_t)(decode(cmos, value & 0x7f) % 12 + (value & 0x80 ? 12 : 0));
        break;
    case 7:
        t->Day = (uint8_t)number;
        break;
    case 8:
        t->Month = (uint8_t)number;
        break;
    case 9:
        t->Year = (uint16_t)(t->Year / 100 * 100 + number);
        break;
    case INDEX_CENTURY:
        t->Year = (uint16_t)(number * 100 + t->Year % 100);
        break;
    }
}

static void cmos_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct cmos *cmos = context;
    if (offset == 0) {
        cmos->index = (uint8_t)value;
        if (value & 0x80)
            bus_forbidden(cmos->bus, "cmos: index 0x%x", (unsigned)value);
        return;
    }
    if (!is_clock(cmos, cmos->index)) {
        cmos->ram[cmos->index & 0x7f] = (uint8_t)value;
        return;
    }
    if (cmos->is_cloud_hypervisor || cmos->index == INDEX_A || cmos->index == INDEX_D)
        return;
    if (!(cmos->ram[INDEX_B] & B_SET))
        bus_forbidden(cmos->bus, "cmos: register 0x%x written while the clock runs", cmos->index);
    write_clock(cmos, cmos->index, (uint8_t)value);
}

void cmos_init(struct cmos *cmos, struct bus *bus)
{
    *cmos = (struct cmos){
        .range = {.space = BUS_PORT,
                  .base = 0x70,
                  .size = 2,
                  .read = cmos_read,
                  .write = cmos_write,
                  .context = cmos},
        .bus = bus,
        .has_century = true,
        .ram = {[INDEX_B] = B_24_HOURS},
    };
    bus_add(bus, &cmos->range);
}

void cmos_make_cloud_hypervisor(struct cmos *cmos)
{
    cmos->is_cloud_hypervisor = true;
    cmos->ram[INDEX_B] = 0; /* though hours are 0 to 23 */
}
