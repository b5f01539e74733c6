/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/printf.h"
#include "shell/command.h"
#include "shell/print.h"
#include "shell/sfo.h"
#include "shell/shell.h"

/* date, time and timezone: the machine's clock (UEFI 2.10 §8.3). */

/* "12:30:59" or "12/31/2026": numbers between `separator`s; 2 or 3 of them. 0 on nonsense. */
static size_t take_numbers(const char16_t *s, char16_t separator, uint16_t ret[3])
{
    size_t count = 0;
    for (;;) {
        unsigned value = 0;
        const char16_t *start = s;
        for (; *s >= '0' && *s <= '9' && value <= 9999; s++)
            value = value * 10 + (unsigned)(*s - '0');
        if (s == start || value > 9999 || count == 3)
            return 0;
        ret[count++] = (uint16_t)value;
        if (*s == 0)
            return count >= 2 ? count : 0;
        if (*s++ != separator)
            return 0;
    }
}

static EFI_STATUS get(EFI_TIME *ret)
{
    EFI_STATUS status = shell.rt->GetTime(ret, NULL);
    return EFI_ERROR(status) ? complain_status(status, "clock") : status;
}

/* A clock refuses what is no time, and maybe every change. */
static EFI_STATUS set(EFI_TIME *time)
{
    time->Nanosecond = 0;
    EFI_STATUS status = shell.rt->SetTime(time);
    return EFI_ERROR(status) ? complain_status(status, "the clock does not take it") : status;
}

static EFI_STATUS nonsense(const char16_t *word, const char *form)
{
    complain("'%ls' is not %s", word, form);
    return EFI_INVALID_PARAMETER;
}

static const struct option date_options[] = {
    {"-sfo", OPTION_FLAG, NULL, "Standard-format output."},
};

static void show_date(const EFI_TIME *now, bool sfo)
{
    if (!sfo) {
        print("%02u/%02u/%04u\n", now->Month, now->Day, now->Year);
        return;
    }
    sfo_command("date");
    sfo_row("Date");
    sfo_column("%02u/%02u/%04u", now->Month, now->Day, now->Year);
    sfo_end();
}

/* Of two digits 98 is 1998, and 97 is 2097. */
static uint16_t full_year(uint16_t year)
{
    return (uint16_t)(year >= 100 ? year : year >= 98 ? 1900 + year : 2000 + year);
}

static EFI_STATUS date(struct invocation *i)
{
    EFI_TIME now;
    uint16_t numbers[3];
    EFI_STATUS status = get(&now);
    if (EFI_ERROR(status))
        return status;
    if (i->count == 0) {
        show_date(&now, i->values[0] != NULL);
        return EFI_SUCCESS;
    }
    size_t count = take_numbers(i->operands[0], '/', numbers);
    if (count == 0 || numbers[0] > 12 || numbers[1] > 31)
        return nonsense(i->operands[0], "a date as month/day/year");
    now.Month = (uint8_t)numbers[0];
    now.Day = (uint8_t)numbers[1];
    if (count == 3)
        now.Year = full_year(numbers[2]);
    if (now.Year < 1998 || now.Year > 2099)
        return nonsense(i->operands[0], "of the years 1998 to 2099");
    return set(&now);
}

enum { ZONE, DAYLIGHT };

static const struct option time_options[] = {
    {"-tz", OPTION_VALUE, "minutes",
     "Sets the difference to UTC: -1440 to 1440, or _local (2047)."},
    {"-d", OPTION_FLAG, NULL, "Shows daylight saving, or sets it to a value: see below."},
};

/* EFI_TIME's difference is UTC less local time. */
static void append_zone(char *buffer, size_t size, const EFI_TIME *now)
{
    if (now->TimeZone == EFI_UNSPECIFIED_TIMEZONE) {
        format_text(buffer, size, "LOCAL");
        return;
    }
    unsigned minutes = (unsigned)(now->TimeZone < 0 ? -now->TimeZone : now->TimeZone);
    format_text(buffer, size, "UTC%c%02u:%02u", now->TimeZone > 0 ? '-' : '+', minutes / 60,
                minutes % 60);
}

static bool take_zone(const char16_t *word, EFI_TIME *ret)
{
    uint64_t minutes;
    bool negative;
    if (text_is(word, "_local") || text_is(word, "2047")) {
        ret->TimeZone = EFI_UNSPECIFIED_TIMEZONE;
        return true;
    }
    if (!text_to_number(word, &minutes, &negative) || minutes > 1440)
        return false;
    ret->TimeZone = (int16_t)(negative ? -(int)minutes : (int)minutes);
    return true;
}

static EFI_STATUS take_time(struct invocation *i, EFI_TIME *now)
{
    uint16_t numbers[3] = {0};
    if (i->values[ZONE] != NULL && !take_zone(i->values[ZONE], now))
        return nonsense(i->values[ZONE], "a difference to UTC");
    const char16_t *daylight = NULL, *word = NULL;
    for (size_t at = 0; at < i->count; at++)
        *(text_find(i->operands[at], ':') == NULL && i->values[DAYLIGHT] != NULL ? &daylight
                                                                                 : &word) =
            i->operands[at];
    if (i->count == 2 && (daylight == NULL || word == NULL))
        return nonsense(i->operands[1], "a value of -d besides a time");
    if (daylight != NULL) {
        if (!text_is(daylight, "0") && !text_is(daylight, "1") && !text_is(daylight, "3"))
            return nonsense(daylight, "0, 1 or 3");
        now->Daylight = (uint8_t)(*daylight - '0');
    }
    if (word == NULL)
        return EFI_SUCCESS;
    size_t count = take_numbers(word, ':', numbers);
    if (count == 0 || numbers[0] > 23 || numbers[1] > 59 || numbers[2] > 59)
        return nonsense(word, "a time as hours:minutes:seconds");
    now->Hour = (uint8_t)numbers[0];
    now->Minute = (uint8_t)numbers[1];
    now->Second = (uint8_t)(count == 3 ? numbers[2] : 0);
    return EFI_SUCCESS;
}

static void show_daylight(const EFI_TIME *now)
{
    print("Daylight saving: %s%s\n",
          (now->Daylight & EFI_TIME_ADJUST_DAYLIGHT) != 0 ? "applies" : "does not apply",
          (now->Daylight & EFI_TIME_IN_DAYLIGHT) != 0 ? ", is on" : "");
}

static EFI_STATUS time(struct invocation *i)
{
    EFI_TIME now;
    char zone[16];
    EFI_STATUS status = get(&now);
    if (EFI_ERROR(status))
        return status;
    if (i->count == 0 && i->values[ZONE] == NULL) {
        append_zone(zone, sizeof zone, &now);
        print("%02u:%02u:%02u (%s)%s\n", now.Hour, now.Minute, now.Second, zone,
              (now.Daylight & EFI_TIME_IN_DAYLIGHT) != 0 ? " daylight saving" : "");
        if (i->values[DAYLIGHT] != NULL)
            show_daylight(&now);
        return EFI_SUCCESS;
    }
    status = take_time(i, &now);
    return EFI_ERROR(status) ? status : set(&now);
}

enum { SET_ZONE, FULL, LIST };

static const struct option timezone_options[] = {
    {"-s", OPTION_VALUE, "[-]hh:mm|_local", "Sets the time zone: what is added to local time."},
    {"-f", OPTION_FLAG, NULL, "Also what lies behind it."},
    {"-l", OPTION_FLAG, NULL, "Lists the time zones of the world."},
};

/* "[-]hh:mm" as minutes. */
static bool take_hours(const char16_t *word, EFI_TIME *ret)
{
    uint16_t numbers[3];
    bool negative = *word == '-';
    if (text_is(word, "_local")) {
        ret->TimeZone = EFI_UNSPECIFIED_TIMEZONE;
        return true;
    }
    if (take_numbers(word + negative, ':', numbers) != 2 || numbers[1] > 59 ||
        numbers[0] * 60 + numbers[1] > 1440)
        return false;
    int minutes = numbers[0] * 60 + numbers[1];
    ret->TimeZone = (int16_t)(negative ? -minutes : minutes);
    return true;
}

/* What local time is ahead of UTC, in quarters of an hour. */
static EFI_STATUS list_zones(void)
{
    static const int8_t zones[] = {-48, -44, -40, -38, -36, -32, -28, -24, -20, -16, -14, -12, -8,
                                   -4,  0,   4,   8,   12,  14,  16,  18,  20,  22,  23,  24,  26,
                                   28,  32,  35,  36,  38,  40,  42,  44,  48,  51,  52,  56};
    char zone[16];
    for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
        const EFI_TIME time = {.TimeZone = (int16_t)(zones[i] * -15)};
        append_zone(zone, sizeof zone, &time);
        print("%s\n", zone);
    }
    return EFI_SUCCESS;
}

static EFI_STATUS timezone(struct invocation *i)
{
    EFI_TIME now;
    char zone[16];
    if (i->values[LIST] != NULL)
        return list_zones();
    EFI_STATUS status = get(&now);
    if (EFI_ERROR(status))
        return status;
    if (i->values[SET_ZONE] != NULL) {
        if (!take_hours(i->values[SET_ZONE], &now))
            return nonsense(i->values[SET_ZONE], "a time zone as hh:mm");
        return set(&now);
    }
    append_zone(zone, sizeof zone, &now);
    print("%s\n", zone);
    if (i->values[FULL] != NULL)
        show_daylight(&now);
    return EFI_SUCCESS;
}

SHELL_COMMAND(date_command) = {
    .name = "date",
    .run = date,
    .summary = "Shows or sets the date.",
    .operands = "[month/day[/year]]",
    .details = "Of years with two digits 98 and 99 are 1998 and 1999, others from 2000 on.",
    OPTIONS(date_options),
    .most = 1,
};

SHELL_COMMAND(time_command) = {
    .name = "time",
    .run = time,
    .summary = "Shows or sets the time.",
    .operands = "[hours:minutes[:seconds]] [0|1|3]",
    .details =
        "With -d, 0 is that daylight saving does not apply, 1 that it does, 3 that it is on.",
    OPTIONS(time_options),
    .most = 2,
};

SHELL_COMMAND(timezone_command) = {
    .name = "timezone",
    .run = timezone,
    .summary = "Shows or sets the time zone.",
    .operands = "",
    .details = "Universal time is local time plus the time zone.",
    OPTIONS(timezone_options),
};
