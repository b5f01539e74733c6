/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/status_name.h"

#include "lib/macros.h"

static const char *const error_names[] = {
    [1] = "load error",
    [2] = "invalid parameter",
    [3] = "unsupported",
    [4] = "bad buffer size",
    [5] = "buffer too small",
    [6] = "not ready",
    [7] = "device error",
    [8] = "write protected",
    [9] = "out of resources",
    [10] = "volume corrupted",
    [11] = "volume full",
    [12] = "no media",
    [13] = "media changed",
    [14] = "not found",
    [15] = "access denied",
    [16] = "no response",
    [17] = "no mapping",
    [18] = "timeout",
    [19] = "not started",
    [20] = "already started",
    [21] = "aborted",
    [22] = "ICMP error",
    [23] = "TFTP error",
    [24] = "protocol error",
    [25] = "incompatible version",
    [26] = "security violation",
    [27] = "CRC error",
    [28] = "end of media",
    [31] = "end of file",
    [32] = "invalid language",
    [33] = "compromised data",
    [34] = "IP address conflict",
    [35] = "HTTP error",
};

const char *status_name(EFI_STATUS status)
{
    if (!EFI_ERROR(status))
        return status == EFI_SUCCESS ? "success" : "warning";

    size_t code = status & ~EFI_ERROR_BIT;
    if (code < ARRAY_SIZE(error_names) && error_names[code] != NULL)
        return error_names[code];
    return "unknown error";
}
