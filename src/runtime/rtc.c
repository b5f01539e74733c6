/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "runtime/rtc.h"

#include "lib/calendar.h"
#include "lib/memory.h"
#include "runtime/state.h"

/* Bit 7 of the index is the PC's NMI mask, and stays 0: Cloud Hypervisor takes it for another
 * index, behind which is no clock, and resets the machine when index 0x8f is written. */
#define PORT_INDEX 0x70
#define PORT_DATA  0x71

#define REGISTER_SECOND  0x00
#define REGISTER_MINUTE  0x02
#define REGISTER_HOUR    0x04
#define REGISTER_DAY     0x07
#define REGISTER_MONTH   0x08
#define REGISTER_YEAR    0x09
#define REGISTER_A       0x0a
#define REGISTER_B       0x0b
#define REGISTER_CENTURY 0x32 /* where the FADT names none */

#define A_UPDATING 0x80 /* the time is about to change: 2.2 ms at most */
#define B_SET      0x80 /* stops the clock */
#define B_BINARY   0x04 /* else BCD */
#define B_24_HOURS 0x02
#define HOUR_PM    0x80

#define UPDATE_TRIES 20000u /* port reads; each takes 100 ns and more */
#define READ_TRIES   8u

#define CENTURY_MIN     19 /* of a century that is believed without the FADT's word */
#define CENTURY_MAX     21
#define CENTURY_DEFAULT 20

/* The registers as they are. */
struct rtc_registers {
    uint8_t second, minute, hour, day, month, year, century, b;
};

static uint8_t read_register(uint8_t index)
{
    uint64_t flags = interrupts_save();
    port_write8(PORT_INDEX, index);
    uint8_t value = port_read8(PORT_DATA);
    interrupts_restore(flags);
    return value;
}

static void write_register(uint8_t index, uint8_t value)
{
    uint64_t flags = interrupts_save();
    port_write8(PORT_INDEX, index);
    port_write8(PORT_DATA, value);
    interrupts_restore(flags);
}

static uint8_t century_index(void)
{
    uint8_t named = runtime_state.config.century_register;
    return named != 0 && named < 0x80 ? named : REGISTER_CENTURY;
}

static EFI_STATUS wait_for_update(void)
{
    for (unsigned i = 0; i < UPDATE_TRIES; i++) {
        uint8_t a = read_register(REGISTER_A);
        if (a == 0xff)
            return EFI_UNSUPPORTED;
        if (!(a & A_UPDATING))
            return EFI_SUCCESS;
    }
    return EFI_DEVICE_ERROR;
}

static struct rtc_registers read_registers(void)
{
    return (struct rtc_registers){
        .second = read_register(REGISTER_SECOND),
        .minute = read_register(REGISTER_MINUTE),
        .hour = read_register(REGISTER_HOUR),
        .day = read_register(REGISTER_DAY),
        .month = read_register(REGISTER_MONTH),
        .year = read_register(REGISTER_YEAR),
        .century = read_register(century_index()),
        .b = read_register(REGISTER_B),
    };
}

/* Twice the same: an update may come between two registers, and Cloud Hypervisor computes each
 * anew. */
static EFI_STATUS read_settled(struct rtc_registers *ret)
{
    struct rtc_registers before = {0}, now;
    for (unsigned i = 0; i < READ_TRIES; i++) {
        EFI_STATUS status = wait_for_update();
        if (EFI_ERROR(status))
            return status;
        now = read_registers();
        if (i > 0 && memcmp(&now, &before, sizeof now) == 0) {
            *ret = now;
            return EFI_SUCCESS;
        }
        before = now;
    }
    return EFI_DEVICE_ERROR;
}

/* A number that no field can hold for what is no number. */
static unsigned decode(uint8_t value, uint8_t b)
{
    if (b & B_BINARY)
        return value;
    unsigned high = value >> 4, low = value & 15;
    return high <= 9 && low <= 9 ? high * 10 + low : 255;
}

static uint8_t encode(unsigned value, uint8_t b)
{
    return (uint8_t)(b & B_BINARY ? value : value / 10 << 4 | value % 10);
}

static bool counts_24_hours(uint8_t b)
{
    return (b & B_24_HOURS) || runtime_state.config.rtc_always_24_hours;
}

static unsigned decode_hour(uint8_t value, uint8_t b)
{
    if (counts_24_hours(b))
        return decode(value, b);
    unsigned hour = decode(value & ~HOUR_PM, b);
    if (hour < 1 || hour > 12)
        return 255;
    return hour % 12 + (value & HOUR_PM ? 12u : 0u);
}

static uint8_t encode_hour(unsigned hour, uint8_t b)
{
    if (counts_24_hours(b))
        return encode(hour, b);
    uint8_t value = encode(hour % 12 == 0 ? 12 : hour % 12, b);
    return hour >= 12 ? value | HOUR_PM : value;
}

static bool century_is_believed(unsigned century)
{
    return century <= 99 && (runtime_state.config.century_register != 0
                                 ? century >= CENTURY_MIN
                                 : century >= CENTURY_MIN && century <= CENTURY_MAX);
}

static EFI_STATUS decode_time(const struct rtc_registers *r, EFI_TIME *ret)
{
    unsigned century = decode(r->century, r->b);
    unsigned year = decode(r->year, r->b);
    if (!century_is_believed(century))
        century = CENTURY_DEFAULT;
    EFI_TIME time = {
        .Year = (uint16_t)(century * 100 + year),
        .Month = (uint8_t)decode(r->month, r->b),
        .Day = (uint8_t)decode(r->day, r->b),
        .Hour = (uint8_t)decode_hour(r->hour, r->b),
        .Minute = (uint8_t)decode(r->minute, r->b),
        .Second = (uint8_t)decode(r->second, r->b),
    };
    if (year > 99 || !time_is_sound(&time))
        return EFI_DEVICE_ERROR;
    *ret = time;
    return EFI_SUCCESS;
}

EFI_STATUS rtc_read(EFI_TIME *ret)
{
    struct rtc_registers registers;
    EFI_STATUS status = read_settled(&registers);
    return EFI_ERROR(status) ? status : decode_time(&registers, ret);
}

static void write_stopped(const EFI_TIME *time, const struct rtc_registers *old)
{
    uint8_t b = old->b & ~B_SET;
    write_register(REGISTER_B, b | B_SET);
    write_register(REGISTER_SECOND, encode(time->Second, b));
    write_register(REGISTER_MINUTE, encode(time->Minute, b));
    write_register(REGISTER_HOUR, encode_hour(time->Hour, b));
    write_register(REGISTER_DAY, encode(time->Day, b));
    write_register(REGISTER_MONTH, encode(time->Month, b));
    write_register(REGISTER_YEAR, encode(time->Year % 100, b));
    if (century_is_believed(decode(old->century, b)))
        write_register(century_index(), encode(time->Year / 100, b));
    write_register(REGISTER_B, b);
}

EFI_STATUS rtc_write(const EFI_TIME *time)
{
    struct rtc_registers old;
    EFI_STATUS status = read_settled(&old);
    if (EFI_ERROR(status))
        return status;
    write_stopped(time, &old);

    EFI_TIME now;
    status = rtc_read(&now);
    if (EFI_ERROR(status))
        return status;
    /* It goes on meanwhile. */
    uint64_t passed = time_to_seconds(&now) - time_to_seconds(time);
    return passed <= 2 ? EFI_SUCCESS : EFI_DEVICE_ERROR;
}
