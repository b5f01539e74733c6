/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/calendar.h"

#define FIRST_YEAR 1900
#define LAST_YEAR  9999

#define MINUTES_PER_DAY 1440

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

bool time_is_sound(const EFI_TIME *t)
{
    return t->Year >= FIRST_YEAR && t->Year <= LAST_YEAR && t->Month >= 1 && t->Month <= 12 &&
           t->Day >= 1 && t->Day <= days_in(t->Year, t->Month) && t->Hour <= 23 &&
           t->Minute <= 59 && t->Second <= 59 && t->Nanosecond <= 999999999 &&
           (t->TimeZone == EFI_UNSPECIFIED_TIMEZONE ||
            (t->TimeZone >= -MINUTES_PER_DAY && t->TimeZone <= MINUTES_PER_DAY)) &&
           (t->Daylight & ~(EFI_TIME_ADJUST_DAYLIGHT | EFI_TIME_IN_DAYLIGHT)) == 0;
}

/* Leap years in [1, year]. */
static unsigned leaps_until(unsigned year)
{
    return year / 4 - year / 100 + year / 400;
}

static uint64_t days_before_year(unsigned year)
{
    return (year - FIRST_YEAR) * 365ull + leaps_until(year - 1u) - leaps_until(FIRST_YEAR - 1);
}

uint64_t time_to_seconds(const EFI_TIME *t)
{
    uint64_t days = days_before_year(t->Year);
    for (unsigned month = 1; month < t->Month; month++)
        days += days_in(t->Year, month);
    days += t->Day - 1u;
    return ((days * 24 + t->Hour) * 60 + t->Minute) * 60 + t->Second;
}

EFI_TIME time_from_seconds(uint64_t seconds)
{
    uint64_t days = seconds / 86400;
    unsigned in_day = (unsigned)(seconds % 86400);
    if (days >= days_before_year(LAST_YEAR + 1))
        return (EFI_TIME){0};
    unsigned year = FIRST_YEAR + (unsigned)(days / 366), month = 1;
    while (days >= days_before_year(year + 1))
        year++;
    days -= days_before_year(year);
    for (; days >= days_in(year, month); month++)
        days -= days_in(year, month);
    return (EFI_TIME){
        .Year = (uint16_t)year,
        .Month = (uint8_t)month,
        .Day = (uint8_t)(days + 1),
        .Hour = (uint8_t)(in_day / 3600),
        .Minute = (uint8_t)(in_day / 60 % 60),
        .Second = (uint8_t)(in_day % 60),
    };
}
