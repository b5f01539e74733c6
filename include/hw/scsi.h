/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* SCSI: SAM-5 status codes, SPC-4 and SBC-3 commands, MMC-6 where it says the same. Numbers are big
 * endian. Offsets in bytes. */

/* Commands */
#define SCSI_TEST_UNIT_READY      0x00u
#define SCSI_REQUEST_SENSE        0x03u
#define SCSI_INQUIRY              0x12u
#define SCSI_MODE_SENSE_6         0x1au
#define SCSI_START_STOP_UNIT      0x1bu
#define SCSI_READ_CAPACITY_10     0x25u
#define SCSI_READ_10              0x28u
#define SCSI_WRITE_10             0x2au
#define SCSI_SYNCHRONIZE_CACHE_10 0x35u
#define SCSI_READ_16              0x88u
#define SCSI_WRITE_16             0x8au
#define SCSI_SERVICE_ACTION_IN_16 0x9eu
#define SCSI_REPORT_LUNS          0xa0u

#define SCSI_READ_CAPACITY_16 0x10u /* service action */
#define SCSI_START            0x01u /* START STOP UNIT, byte 4 */

/* Status */
#define SCSI_GOOD            0x00u
#define SCSI_CHECK_CONDITION 0x02u
#define SCSI_CONDITION_MET   0x04u
#define SCSI_BUSY            0x08u
#define SCSI_TASK_SET_FULL   0x28u

/* Sense keys (SPC-4 table 43) */
#define SCSI_NO_SENSE        0x0u
#define SCSI_RECOVERED_ERROR 0x1u
#define SCSI_NOT_READY       0x2u
#define SCSI_ILLEGAL_REQUEST 0x5u
#define SCSI_UNIT_ATTENTION  0x6u
#define SCSI_DATA_PROTECT    0x7u
#define SCSI_ABORTED_COMMAND 0xbu

/* Additional sense codes */
#define SCSI_ASC_NOT_READY      0x04u
#define SCSI_ASCQ_NEEDS_START   0x02u
#define SCSI_ASC_MEDIUM_CHANGED 0x28u
#define SCSI_ASC_PARAMETERS     0x2au
#define SCSI_ASCQ_CAPACITY      0x09u
#define SCSI_ASC_NO_MEDIUM      0x3au

/* Sense data: fixed and descriptor format */
#define SCSI_SENSE_RESPONSE_MASK 0x7fu
#define SCSI_SENSE_FIXED         0x70u
#define SCSI_SENSE_DESCRIPTOR    0x72u

/* INQUIRY data */
#define SCSI_INQUIRY_SIZE      36u
#define SCSI_INQUIRY_EVPD      0x01u
#define SCSI_INQUIRY_REMOVABLE 0x80u /* byte 1 */
#define SCSI_VPD_SERIAL        0x80u
#define SCSI_PERIPHERAL_MASK   0xe0u /* qualifier: 0 is a unit that is there */
#define SCSI_TYPE_MASK         0x1fu
#define SCSI_TYPE_DISK         0x00u
#define SCSI_TYPE_CD           0x05u

/* MODE SENSE(6) */
#define SCSI_MODE_DBD           0x08u
#define SCSI_MODE_CACHING       0x08u
#define SCSI_MODE_HEADER_SIZE   4u
#define SCSI_MODE_WRITE_PROTECT 0x80u /* header, byte 2 */
#define SCSI_MODE_WCE           0x04u /* caching page, byte 2 */

/* REPORT LUNS: a header of 8 bytes, the list's length first, and 8 bytes for each */
#define SCSI_LUN_SIZE        8u
#define SCSI_LUN_METHOD_MASK 0xc0u
#define SCSI_LUN_PERIPHERAL  0x00u
#define SCSI_LUN_FLAT        0x40u
