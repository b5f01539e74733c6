/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* NVM Express 1.4: registers, queue entries, what Identify tells. Little endian. */

#include <stddef.h>
#include <stdint.h>

#define NVME_PCI_SUBCLASS  0x08u
#define NVME_PCI_INTERFACE 0x02u

/* Registers (§3.1) */
#define NVME_CAP       0x00u /* 64 bits, may be read as two halves */
#define NVME_VS        0x08u
#define NVME_INTMS     0x0cu
#define NVME_CC        0x14u
#define NVME_CSTS      0x1cu
#define NVME_AQA       0x24u
#define NVME_ASQ       0x28u
#define NVME_ACQ       0x30u
#define NVME_DOORBELLS 0x1000u

#define NVME_CAP_MQES(cap)   ((uint32_t)((cap)&0xffff))       /* entries less 1 */
#define NVME_CAP_TO(cap)     ((uint32_t)((cap) >> 24 & 0xff)) /* units of 500 ms */
#define NVME_CAP_DSTRD(cap)  ((uint32_t)((cap) >> 32 & 0xf))
#define NVME_CAP_NVM         (1ull << 37)                    /* the NVM command set */
#define NVME_CAP_MPSMIN(cap) ((uint32_t)((cap) >> 48 & 0xf)) /* 2^(12 + n) bytes */

#define NVME_CC_EN          0x1u
#define NVME_CC_SHN_NORMAL  (1u << 14)
#define NVME_CC_SHN_MASK    (3u << 14)
#define NVME_CC_IOSQES      (6u << 16) /* 64 bytes */
#define NVME_CC_IOCQES      (4u << 20) /* 16 bytes */
#define NVME_CSTS_RDY       0x1u
#define NVME_CSTS_CFS       0x2u
#define NVME_CSTS_SHST_MASK 0xcu
#define NVME_CSTS_SHST_DONE 0x8u

/* Admin commands (§5) */
#define NVME_ADMIN_CREATE_SQ 0x01u
#define NVME_ADMIN_CREATE_CQ 0x05u
#define NVME_ADMIN_IDENTIFY  0x06u

#define NVME_QUEUE_CONTIGUOUS 0x1u

/* NVM commands (§6) */
#define NVME_FLUSH 0x00u
#define NVME_WRITE 0x01u
#define NVME_READ  0x02u

/* CNS of Identify */
#define NVME_IDENTIFY_NAMESPACE  0x00u
#define NVME_IDENTIFY_CONTROLLER 0x01u
#define NVME_IDENTIFY_ACTIVE     0x02u

struct nvme_command {
    uint8_t opcode;
    uint8_t flags;
    uint16_t id;
    uint32_t namespace_id;
    uint32_t reserved[2];
    uint64_t metadata;
    uint64_t prp1, prp2;
    uint32_t cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
};

struct nvme_completion {
    uint32_t result;
    uint32_t reserved;
    uint16_t head; /* of the submission queue */
    uint16_t queue;
    uint16_t id;
    uint16_t status; /* bit 0: phase */
};

#define NVME_STATUS_PHASE        0x0001u
#define NVME_STATUS_TYPE(status) ((status) >> 9 & 7)
#define NVME_STATUS_CODE(status) ((status) >> 1 & 0xff)

/* Type and code of what is told apart (§4.6.1) */
#define NVME_TYPE_GENERIC             0u
#define NVME_CODE_NAMESPACE_PROTECTED 0x20u
#define NVME_TYPE_COMMAND             1u
#define NVME_CODE_READ_ONLY_RANGE     0x82u

_Static_assert(sizeof(struct nvme_command) == 64, "NVMe 1.4 §4.2");
_Static_assert(sizeof(struct nvme_completion) == 16, "NVMe 1.4 §4.6");

#define NVME_IDENTIFY_SIZE 4096u

/* Identify Controller (§5.15.2.3) */
#define NVME_CONTROLLER_SERIAL 4u  /* 20 characters */
#define NVME_CONTROLLER_MDTS   77u /* 2^n pages, 0: no limit */
#define NVME_CONTROLLER_SQES   512u
#define NVME_CONTROLLER_CQES   513u
#define NVME_CONTROLLER_NN     516u
#define NVME_CONTROLLER_VWC    525u

/* Identify Namespace (§5.15.2.1) */
#define NVME_NAMESPACE_SIZE  0u /* blocks */
#define NVME_NAMESPACE_FLBAS 26u
#define NVME_NAMESPACE_ATTR  99u  /* bit 0: write protected */
#define NVME_NAMESPACE_EUI64 120u /* big endian */
#define NVME_NAMESPACE_LBAF  128u /* 16 of 4 bytes: metadata size, data size as exponent */
