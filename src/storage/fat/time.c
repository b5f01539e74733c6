/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "storage/fat/private.h"

/* Dates and times (FAT specification §6.2): local time of no known zone, from 1980 to 2107. */

#define FIRST_YEAR 1980u
#define LAST_YEAR  (FIRST_YEAR + 127u)

bool fat_time_is_valid(const EFI_TIME *time)
{
    return time->Year >= 1900 && time->Year <= 9999 && time->Month >= 1 && time->Month <= 12 &&
           time->Day >= 1 && time->Day <= 31 && time->Hour < 24 && time->Minute < 60 &&
           time->Second < 60;
}

EFI_TIME fat_time_decode(uint16_t date, uint16_t time, uint8_t tenths)
{
    EFI_TIME decoded = {
        .Year = (uint16_t)(FIRST_YEAR + (date >> 9)),
        .Month = date >> 5 & 15,
        .Day = date & 31,
        .Hour = (uint8_t)(time >> 11),
        .Minute = time >> 5 & 63,
        .Second = (uint8_t)((time & 31) * 2 + tenths / 100),
        .Nanosecond = tenths % 100 * 10000000u,
        .TimeZone = EFI_UNSPECIFIED_TIMEZONE,
    };
    return fat_time_is_valid(&decoded) ? decoded : (EFI_TIME){0};
}

void fat_time_encode(const EFI_TIME *from, uint16_t *date, uint16_t *time, uint8_t *tenths)
{
    if (from->Year < FIRST_YEAR) {
        *date = 1 << 5 | 1;
        *time = 0;
        *tenths = 0;
        return;
    }
    unsigned year = MIN(from->Year, LAST_YEAR) - FIRST_YEAR;
    *date = (uint16_t)(year << 9 | (from->Month & 15u) << 5 | (from->Day & 31u));
    *time =
        (uint16_t)((from->Hour & 31u) << 11 | (from->Minute & 63u) << 5 | (from->Second / 2 & 31u));
    *tenths = (uint8_t)(from->Second % 2 * 100 + MIN(from->Nanosecond, 999999999u) / 10000000u);
}

void fat_time_touch(struct fat_entry *entry)
{
    EFI_TIME now = file_system_time();
    uint8_t unused;
    fat_time_encode(&now, &entry->modified_date, &entry->modified_time, &unused);
    entry->accessed_date = entry->modified_date;
}
