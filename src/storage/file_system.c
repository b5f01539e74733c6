/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "storage/file_system.h"

static EFI_STATUS (*clock_get_time)(EFI_TIME *ret);

void file_system_set_clock(EFI_STATUS (*get_time)(EFI_TIME *ret))
{
    clock_get_time = get_time;
}

EFI_TIME file_system_time(void)
{
    EFI_TIME time;
    if (clock_get_time == NULL || EFI_ERROR(clock_get_time(&time)))
        return (EFI_TIME){.Year = 1980, .Month = 1, .Day = 1, .TimeZone = EFI_UNSPECIFIED_TIMEZONE};
    return time;
}

struct path_component path_next(const char16_t **path)
{
    const char16_t *p = *path;
    while (path_is_separator(*p))
        p++;
    struct path_component component = {p, 0};
    while (*p != 0 && !path_is_separator(*p))
        p++;
    component.length = (size_t)(p - component.name);
    while (path_is_separator(*p))
        p++;
    *path = p;
    return component;
}
