/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Time services (UEFI 2.10 §8.3). The clock holds local time; what zone that is stays in a
 * variable. */
#include "lib/calendar.h"
#include "runtime/rtc.h"
#include "runtime/services.h"
#include "runtime/state.h"
#include "runtime/variables.h"

#define ZONE_NAME u"TimeZone"

#define RESOLUTION 1u        /* Hz */
#define ACCURACY   50000000u /* 50 parts in a million, in units of 1e-12 */

struct zone {
    int16_t time_zone;
    uint8_t daylight;
    uint8_t reserved;
};

static void add_zone(EFI_TIME *time)
{
    struct zone zone;
    if (EFI_ERROR(variables_read(ZONE_NAME, &zone, sizeof zone)))
        zone = (struct zone){.time_zone = EFI_UNSPECIFIED_TIMEZONE};
    time->TimeZone = zone.time_zone;
    time->Daylight = zone.daylight;
}

static EFI_STATUS keep_zone(const EFI_TIME *time)
{
    struct zone zone = {.time_zone = time->TimeZone, .daylight = time->Daylight}, old;
    if (!EFI_ERROR(variables_read(ZONE_NAME, &old, sizeof old)) &&
        old.time_zone == zone.time_zone && old.daylight == zone.daylight)
        return EFI_SUCCESS;
    return EFI_ERROR(variables_write(ZONE_NAME, &zone, sizeof zone)) ? EFI_DEVICE_ERROR
                                                                     : EFI_SUCCESS;
}

EFI_STATUS EFIAPI runtime_get_time(EFI_TIME *Time, EFI_TIME_CAPABILITIES *Capabilities)
{
    if (Time == NULL)
        return EFI_INVALID_PARAMETER;
    if (!runtime_state.config.has_cmos_rtc)
        return EFI_UNSUPPORTED;
    EFI_TIME time;
    EFI_STATUS status = rtc_read(&time);
    if (EFI_ERROR(status))
        return status;
    uint64_t flags = service_enter();
    add_zone(&time);
    service_leave(flags);
    *Time = time;
    if (Capabilities != NULL)
        *Capabilities = (EFI_TIME_CAPABILITIES){.Resolution = RESOLUTION, .Accuracy = ACCURACY};
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI runtime_set_time(EFI_TIME *Time)
{
    if (Time == NULL || !time_is_sound(Time))
        return EFI_INVALID_PARAMETER;
    if (!runtime_state.config.has_cmos_rtc)
        return EFI_UNSUPPORTED;
    uint64_t flags = service_enter();
    EFI_STATUS status = rtc_write(Time);
    if (!EFI_ERROR(status))
        status = keep_zone(Time);
    service_leave(flags);
    return status;
}

/* The clock's alarm could only interrupt a running machine: no VMM turns a machine on again by it.
 */
EFI_STATUS EFIAPI runtime_get_wakeup_time(bool *Enabled, bool *Pending, EFI_TIME *Time)
{
    return Enabled == NULL || Pending == NULL || Time == NULL ? EFI_INVALID_PARAMETER
                                                              : EFI_UNSUPPORTED;
}

EFI_STATUS EFIAPI runtime_set_wakeup_time(bool Enable, EFI_TIME *Time)
{
    return Enable && (Time == NULL || !time_is_sound(Time)) ? EFI_INVALID_PARAMETER
                                                            : EFI_UNSUPPORTED;
}
