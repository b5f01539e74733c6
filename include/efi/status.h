/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Status codes (UEFI 2.10 appendix D). The one error domain of the whole code base. */

#include <stdbool.h>
#include <stddef.h>

typedef size_t EFI_STATUS;

#define EFI_ERROR_BIT     ((size_t)1 << 63)
#define EFI_ERROR_CODE(n) (EFI_ERROR_BIT | (n))

#define EFI_SUCCESS               ((EFI_STATUS)0)
#define EFI_WARN_UNKNOWN_GLYPH    ((EFI_STATUS)1)
#define EFI_WARN_DELETE_FAILURE   ((EFI_STATUS)2)
#define EFI_WARN_WRITE_FAILURE    ((EFI_STATUS)3)
#define EFI_WARN_BUFFER_TOO_SMALL ((EFI_STATUS)4)
#define EFI_WARN_STALE_DATA       ((EFI_STATUS)5)
#define EFI_WARN_FILE_SYSTEM      ((EFI_STATUS)6)
#define EFI_WARN_RESET_REQUIRED   ((EFI_STATUS)7)

#define EFI_LOAD_ERROR           EFI_ERROR_CODE(1)
#define EFI_INVALID_PARAMETER    EFI_ERROR_CODE(2)
#define EFI_UNSUPPORTED          EFI_ERROR_CODE(3)
#define EFI_BAD_BUFFER_SIZE      EFI_ERROR_CODE(4)
#define EFI_BUFFER_TOO_SMALL     EFI_ERROR_CODE(5)
#define EFI_NOT_READY            EFI_ERROR_CODE(6)
#define EFI_DEVICE_ERROR         EFI_ERROR_CODE(7)
#define EFI_WRITE_PROTECTED      EFI_ERROR_CODE(8)
#define EFI_OUT_OF_RESOURCES     EFI_ERROR_CODE(9)
#define EFI_VOLUME_CORRUPTED     EFI_ERROR_CODE(10)
#define EFI_VOLUME_FULL          EFI_ERROR_CODE(11)
#define EFI_NO_MEDIA             EFI_ERROR_CODE(12)
#define EFI_MEDIA_CHANGED        EFI_ERROR_CODE(13)
#define EFI_NOT_FOUND            EFI_ERROR_CODE(14)
#define EFI_ACCESS_DENIED        EFI_ERROR_CODE(15)
#define EFI_NO_RESPONSE          EFI_ERROR_CODE(16)
#define EFI_NO_MAPPING           EFI_ERROR_CODE(17)
#define EFI_TIMEOUT              EFI_ERROR_CODE(18)
#define EFI_NOT_STARTED          EFI_ERROR_CODE(19)
#define EFI_ALREADY_STARTED      EFI_ERROR_CODE(20)
#define EFI_ABORTED              EFI_ERROR_CODE(21)
#define EFI_ICMP_ERROR           EFI_ERROR_CODE(22)
#define EFI_TFTP_ERROR           EFI_ERROR_CODE(23)
#define EFI_PROTOCOL_ERROR       EFI_ERROR_CODE(24)
#define EFI_INCOMPATIBLE_VERSION EFI_ERROR_CODE(25)
#define EFI_SECURITY_VIOLATION   EFI_ERROR_CODE(26)
#define EFI_CRC_ERROR            EFI_ERROR_CODE(27)
#define EFI_END_OF_MEDIA         EFI_ERROR_CODE(28)
#define EFI_END_OF_FILE          EFI_ERROR_CODE(31)
#define EFI_INVALID_LANGUAGE     EFI_ERROR_CODE(32)
#define EFI_COMPROMISED_DATA     EFI_ERROR_CODE(33)
#define EFI_IP_ADDRESS_CONFLICT  EFI_ERROR_CODE(34)
#define EFI_HTTP_ERROR           EFI_ERROR_CODE(35)

/* True for an error; warnings (such as EFI_WARN_DELETE_FAILURE) are not errors. */
static inline bool EFI_ERROR(EFI_STATUS status)
{
    return (status & EFI_ERROR_BIT) != 0;
}
