/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Virtual I/O Device (virtio) 1.2: registers, rings and requests. Everything is little endian. */

#include <stddef.h>
#include <stdint.h>

#define VIRTIO_PCI_VENDOR        0x1af4u
#define VIRTIO_PCI_DEVICE_LEGACY 0x1000u /* to 0x103f: transitional, type in the subsystem id */
#define VIRTIO_PCI_DEVICE_MODERN 0x1040u /* plus the device type */

/* Device types (§5) */
#define VIRTIO_TYPE_NET     1u
#define VIRTIO_TYPE_BLOCK   2u
#define VIRTIO_TYPE_CONSOLE 3u
#define VIRTIO_TYPE_RNG     4u
#define VIRTIO_TYPE_SCSI    8u
#define VIRTIO_TYPE_IOMMU   23u
#define VIRTIO_TYPE_FS      26u
#define VIRTIO_TYPE_PMEM    27u

/* Device status (§2.1) */
#define VIRTIO_STATUS_ACKNOWLEDGE 0x01u
#define VIRTIO_STATUS_DRIVER      0x02u
#define VIRTIO_STATUS_DRIVER_OK   0x04u
#define VIRTIO_STATUS_FEATURES_OK 0x08u
#define VIRTIO_STATUS_NEEDS_RESET 0x40u
#define VIRTIO_STATUS_FAILED      0x80u

/* Feature bits that are no device's own (§6) */
#define VIRTIO_F_INDIRECT_DESC   (1ull << 28)
#define VIRTIO_F_EVENT_IDX       (1ull << 29)
#define VIRTIO_F_VERSION_1       (1ull << 32)
#define VIRTIO_F_ACCESS_PLATFORM (1ull << 33)

/* PCI capabilities (§4.1.4): offsets in the capability */
#define VIRTIO_PCI_CAP_CFG_TYPE          3
#define VIRTIO_PCI_CAP_BAR               4
#define VIRTIO_PCI_CAP_OFFSET            8
#define VIRTIO_PCI_CAP_LENGTH            12
#define VIRTIO_PCI_CAP_NOTIFY_MULTIPLIER 16
#define VIRTIO_PCI_CAP_SIZE              16u
#define VIRTIO_PCI_CAP_NOTIFY_SIZE       20u

#define VIRTIO_PCI_CAP_COMMON 1u
#define VIRTIO_PCI_CAP_NOTIFY 2u
#define VIRTIO_PCI_CAP_ISR    3u
#define VIRTIO_PCI_CAP_DEVICE 4u
#define VIRTIO_PCI_CAP_PCI    5u

/* Common configuration (§4.1.4.3) */
struct virtio_pci_common_cfg {
    uint32_t device_feature_select;
    uint32_t device_feature;
    uint32_t driver_feature_select;
    uint32_t driver_feature;
    uint16_t config_msix_vector;
    uint16_t num_queues;
    uint8_t device_status;
    uint8_t config_generation;
    uint16_t queue_select;
    uint16_t queue_size;
    uint16_t queue_msix_vector;
    uint16_t queue_enable;
    uint16_t queue_notify_off;
    uint32_t queue_desc_low, queue_desc_high;
    uint32_t queue_driver_low, queue_driver_high;
    uint32_t queue_device_low, queue_device_high;
};

_Static_assert(sizeof(struct virtio_pci_common_cfg) == 56, "virtio 1.2 §4.1.4.3");
_Static_assert(offsetof(struct virtio_pci_common_cfg, queue_desc_low) == 32, "virtio 1.2 §4.1.4.3");

/* Legacy registers, in the I/O space of BAR 0 (§4.1.4.8) */
#define VIRTIO_LEGACY_DEVICE_FEATURES 0
#define VIRTIO_LEGACY_DRIVER_FEATURES 4
#define VIRTIO_LEGACY_QUEUE_ADDRESS   8 /* in pages of 4096 bytes */
#define VIRTIO_LEGACY_QUEUE_SIZE      12
#define VIRTIO_LEGACY_QUEUE_SELECT    14
#define VIRTIO_LEGACY_QUEUE_NOTIFY    16
#define VIRTIO_LEGACY_DEVICE_STATUS   18
#define VIRTIO_LEGACY_ISR_STATUS      19
#define VIRTIO_LEGACY_CONFIG          20 /* while MSI-X is off */

/* MMIO registers (§4.2.2), 32 bits each but the configuration */
#define VIRTIO_MMIO_MAGIC            0x000
#define VIRTIO_MMIO_VERSION          0x004
#define VIRTIO_MMIO_DEVICE_ID        0x008
#define VIRTIO_MMIO_VENDOR_ID        0x00c
#define VIRTIO_MMIO_DEVICE_FEATURES  0x010
#define VIRTIO_MMIO_DEVICE_SELECT    0x014
#define VIRTIO_MMIO_DRIVER_FEATURES  0x020
#define VIRTIO_MMIO_DRIVER_SELECT    0x024
#define VIRTIO_MMIO_GUEST_PAGE_SIZE  0x028 /* version 1 */
#define VIRTIO_MMIO_QUEUE_SELECT     0x030
#define VIRTIO_MMIO_QUEUE_MAX        0x034
#define VIRTIO_MMIO_QUEUE_SIZE       0x038
#define VIRTIO_MMIO_QUEUE_ALIGN      0x03c /* version 1 */
#define VIRTIO_MMIO_QUEUE_PAGE       0x040 /* version 1 */
#define VIRTIO_MMIO_QUEUE_READY      0x044
#define VIRTIO_MMIO_QUEUE_NOTIFY     0x050
#define VIRTIO_MMIO_INTERRUPT_STATUS 0x060
#define VIRTIO_MMIO_INTERRUPT_ACK    0x064
#define VIRTIO_MMIO_STATUS           0x070
#define VIRTIO_MMIO_QUEUE_DESC       0x080
#define VIRTIO_MMIO_QUEUE_DRIVER     0x090
#define VIRTIO_MMIO_QUEUE_DEVICE     0x0a0
#define VIRTIO_MMIO_GENERATION       0x0fc
#define VIRTIO_MMIO_CONFIG           0x100

#define VIRTIO_MMIO_MAGIC_VALUE    0x74726976u /* "virt" */
#define VIRTIO_MMIO_VERSION_LEGACY 1u
#define VIRTIO_MMIO_VERSION_MODERN 2u

/* Split virtqueue (§2.7) */
#define VIRTQ_DESC_F_NEXT     1u
#define VIRTQ_DESC_F_WRITE    2u
#define VIRTQ_DESC_F_INDIRECT 4u

#define VIRTQ_AVAIL_F_NO_INTERRUPT 1u
#define VIRTQ_USED_F_NO_NOTIFY     1u

#define VIRTQ_SIZE_MAX 32768u

struct virtq_desc {
    uint64_t addr;
    uint32_t len;
    uint16_t flags;
    uint16_t next;
};

struct virtq_avail {
    uint16_t flags;
    uint16_t idx;
    uint16_t ring[];
};

struct virtq_used_elem {
    uint32_t id;
    uint32_t len;
};

struct virtq_used {
    uint16_t flags;
    uint16_t idx;
    struct virtq_used_elem ring[];
};

_Static_assert(sizeof(struct virtq_desc) == 16, "virtio 1.2 §2.7.5");
_Static_assert(offsetof(struct virtq_avail, ring) == 4, "virtio 1.2 §2.7.6");
_Static_assert(offsetof(struct virtq_used, ring) == 4, "virtio 1.2 §2.7.8");

/* Block device (§5.2) */
#define VIRTIO_BLK_F_SIZE_MAX     (1ull << 1)
#define VIRTIO_BLK_F_SEG_MAX      (1ull << 2)
#define VIRTIO_BLK_F_GEOMETRY     (1ull << 4)
#define VIRTIO_BLK_F_RO           (1ull << 5)
#define VIRTIO_BLK_F_BLK_SIZE     (1ull << 6)
#define VIRTIO_BLK_F_FLUSH        (1ull << 9)
#define VIRTIO_BLK_F_TOPOLOGY     (1ull << 10)
#define VIRTIO_BLK_F_CONFIG_WCE   (1ull << 11)
#define VIRTIO_BLK_F_MQ           (1ull << 12)
#define VIRTIO_BLK_F_DISCARD      (1ull << 13)
#define VIRTIO_BLK_F_WRITE_ZEROES (1ull << 14)

#define VIRTIO_BLK_SECTOR_SIZE                                                                     \
    512u /* unit of capacity and of sector numbers, whatever blk_size is */

struct virtio_blk_config {
    uint32_t capacity_low, capacity_high;
    uint32_t size_max;
    uint32_t seg_max;
    uint16_t cylinders;
    uint8_t heads, sectors;
    uint32_t blk_size;
    uint8_t physical_block_exp;
    uint8_t alignment_offset;
    uint16_t min_io_size;
    uint32_t opt_io_size;
    uint8_t writeback;
    uint8_t unused0;
    uint16_t num_queues;
    uint32_t max_discard_sectors;
    uint32_t max_discard_seg;
    uint32_t discard_sector_alignment;
    uint32_t max_write_zeroes_sectors;
    uint32_t max_write_zeroes_seg;
    uint8_t write_zeroes_may_unmap;
    uint8_t unused1[3];
};

_Static_assert(offsetof(struct virtio_blk_config, blk_size) == 20, "virtio 1.2 §5.2.4");
_Static_assert(offsetof(struct virtio_blk_config, max_discard_sectors) == 36, "virtio 1.2 §5.2.4");
_Static_assert(sizeof(struct virtio_blk_config) == 60, "virtio 1.2 §5.2.4");

#define VIRTIO_BLK_T_IN           0u
#define VIRTIO_BLK_T_OUT          1u
#define VIRTIO_BLK_T_FLUSH        4u
#define VIRTIO_BLK_T_GET_ID       8u
#define VIRTIO_BLK_T_DISCARD      11u
#define VIRTIO_BLK_T_WRITE_ZEROES 13u

#define VIRTIO_BLK_S_OK     0u
#define VIRTIO_BLK_S_IOERR  1u
#define VIRTIO_BLK_S_UNSUPP 2u

#define VIRTIO_BLK_ID_SIZE 20u

struct virtio_blk_req_header {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
};

struct virtio_blk_discard {
    uint64_t sector;
    uint32_t num_sectors;
    uint32_t flags; /* bit 0: unmap */
};

_Static_assert(sizeof(struct virtio_blk_req_header) == 16, "virtio 1.2 §5.2.6");
_Static_assert(sizeof(struct virtio_blk_discard) == 16, "virtio 1.2 §5.2.6");

/* Console device (§5.3) */
#define VIRTIO_CONSOLE_F_SIZE      (1ull << 0)
#define VIRTIO_CONSOLE_F_MULTIPORT (1ull << 1)

#define VIRTIO_CONSOLE_RECEIVE  0
#define VIRTIO_CONSOLE_TRANSMIT 1

struct virtio_console_config {
    uint16_t cols, rows;
    uint32_t max_nr_ports;
    uint32_t emerg_wr;
};

_Static_assert(sizeof(struct virtio_console_config) == 12, "virtio 1.2 §5.3.4");

/* Network device (§5.1) */
#define VIRTIO_NET_F_MTU           (1ull << 3)
#define VIRTIO_NET_F_MAC           (1ull << 5)
#define VIRTIO_NET_F_STATUS        (1ull << 16)
#define VIRTIO_NET_F_CTRL_VQ       (1ull << 17)
#define VIRTIO_NET_F_CTRL_RX       (1ull << 18)
#define VIRTIO_NET_F_CTRL_MAC_ADDR (1ull << 23)

#define VIRTIO_NET_RECEIVE  0
#define VIRTIO_NET_TRANSMIT 1
#define VIRTIO_NET_CONTROL  2 /* without MQ and RSS */

#define VIRTIO_NET_S_LINK_UP 1u

struct virtio_net_config {
    uint8_t mac[6];
    uint16_t status;
    uint16_t max_virtqueue_pairs;
    uint16_t mtu;
};

_Static_assert(sizeof(struct virtio_net_config) == 12, "virtio 1.2 §5.1.4");

/* Before each frame. All zeros on the way out, and of no interest on the way in: nothing is
 * offloaded. Legacy devices leave num_buffers out (§5.1.6.1). */
struct virtio_net_hdr {
    uint8_t flags, gso_type;
    uint16_t hdr_len, gso_size, csum_start, csum_offset;
    uint16_t num_buffers;
};

_Static_assert(sizeof(struct virtio_net_hdr) == 12, "virtio 1.2 §5.1.6");
#define VIRTIO_NET_LEGACY_HDR_SIZE 10u

#define VIRTIO_NET_CTRL_RX            0u
#define VIRTIO_NET_CTRL_RX_PROMISC    0u
#define VIRTIO_NET_CTRL_RX_ALLMULTI   1u
#define VIRTIO_NET_CTRL_MAC           1u
#define VIRTIO_NET_CTRL_MAC_TABLE_SET 0u
#define VIRTIO_NET_CTRL_MAC_ADDR_SET  1u

#define VIRTIO_NET_OK  0u
#define VIRTIO_NET_ERR 1u

/* SCSI host device (§5.6) */
#define VIRTIO_SCSI_QUEUE_REQUEST 2

struct virtio_scsi_config {
    uint32_t num_queues;
    uint32_t seg_max;
    uint32_t max_sectors; /* of 512 bytes, in one command */
    uint32_t cmd_per_lun;
    uint32_t event_info_size;
    uint32_t sense_size;
    uint32_t cdb_size;
    uint16_t max_channel;
    uint16_t max_target;
    uint32_t max_lun;
};

_Static_assert(sizeof(struct virtio_scsi_config) == 36, "virtio 1.2 §5.6.4");

#define VIRTIO_SCSI_CDB_SIZE   32u
#define VIRTIO_SCSI_SENSE_SIZE 96u

struct virtio_scsi_req_header {
    uint8_t lun[8]; /* 1, target, then the first level of the LUN */
    uint64_t id;
    uint8_t task_attr;
    uint8_t prio;
    uint8_t crn;
    uint8_t cdb[VIRTIO_SCSI_CDB_SIZE];
} __attribute__((packed));

struct virtio_scsi_resp {
    uint32_t sense_len;
    uint32_t residual;
    uint16_t status_qualifier;
    uint8_t status;
    uint8_t response;
    uint8_t sense[VIRTIO_SCSI_SENSE_SIZE];
};

_Static_assert(sizeof(struct virtio_scsi_req_header) == 51, "virtio 1.2 §5.6.6.1");
_Static_assert(sizeof(struct virtio_scsi_resp) == 108, "virtio 1.2 §5.6.6.1");

#define VIRTIO_SCSI_S_OK         0u
#define VIRTIO_SCSI_S_ABORTED    2u
#define VIRTIO_SCSI_S_BAD_TARGET 3u
#define VIRTIO_SCSI_S_RESET      4u
#define VIRTIO_SCSI_S_BUSY       5u
#define VIRTIO_SCSI_S_BAD_LUN    12u

/* File system device (§5.11) */
#define VIRTIO_FS_REQUEST  1 /* the first request queue */
#define VIRTIO_FS_TAG_SIZE 36u

struct virtio_fs_config {
    uint8_t tag[VIRTIO_FS_TAG_SIZE]; /* UTF-8, with zeros up to the end */
    uint32_t num_request_queues;
};

_Static_assert(sizeof(struct virtio_fs_config) == 40, "virtio 1.2 §5.11.4");

/* Persistent memory device (virtio 1.3 §5.19) */
struct virtio_pmem_config {
    uint32_t start_low, start_high; /* of the memory, a guest physical address */
    uint32_t size_low, size_high;   /* bytes */
};

#define VIRTIO_PMEM_REQ_TYPE_FLUSH 0u

struct virtio_pmem_req {
    uint32_t type;
};

struct virtio_pmem_resp {
    uint32_t ret; /* 0, or it failed */
};

_Static_assert(sizeof(struct virtio_pmem_config) == 16, "virtio 1.3 §5.19.4");

/* IOMMU device (§5.13) */
#define VIRTIO_IOMMU_F_INPUT_RANGE   (1ull << 0)
#define VIRTIO_IOMMU_F_DOMAIN_RANGE  (1ull << 1)
#define VIRTIO_IOMMU_F_MAP_UNMAP     (1ull << 2)
#define VIRTIO_IOMMU_F_PROBE         (1ull << 4)
#define VIRTIO_IOMMU_F_BYPASS_CONFIG (1ull << 6)

struct virtio_iommu_config {
    uint32_t page_size_mask, page_size_mask_high;
    uint32_t input_start, input_start_high; /* addresses that can be mapped; the end is included */
    uint32_t input_end, input_end_high;
    uint32_t domain_start, domain_end;
    uint32_t probe_size;
    uint8_t bypass; /* 1: endpoints that are not attached reach memory, untranslated */
    uint8_t reserved[3];
};

#define VIRTIO_IOMMU_T_ATTACH 1u
#define VIRTIO_IOMMU_T_DETACH 2u
#define VIRTIO_IOMMU_T_MAP    3u

#define VIRTIO_IOMMU_ATTACH_F_BYPASS 1u
#define VIRTIO_IOMMU_MAP_F_READ      1u
#define VIRTIO_IOMMU_MAP_F_WRITE     2u

/* ATTACH, and DETACH, which has no flags. The answer to each request is a tail. */
struct virtio_iommu_req_attach {
    uint8_t type, reserved0[3];
    uint32_t domain;
    uint32_t endpoint;
    uint32_t flags;
    uint32_t reserved1;
};

struct virtio_iommu_req_map {
    uint8_t type, reserved[3];
    uint32_t domain;
    uint64_t virt_start, virt_end; /* the end is included */
    uint64_t phys_start;
    uint32_t flags;
} __attribute__((packed));

struct virtio_iommu_req_tail {
    uint8_t status; /* VIRTIO_IOMMU_S_… */
    uint8_t reserved[3];
};

#define VIRTIO_IOMMU_S_OK     0u
#define VIRTIO_IOMMU_S_UNSUPP 2u
#define VIRTIO_IOMMU_S_INVAL  4u
#define VIRTIO_IOMMU_S_NOENT  6u

_Static_assert(sizeof(struct virtio_iommu_config) == 40, "virtio 1.2 §5.13.4");
_Static_assert(sizeof(struct virtio_iommu_req_attach) == 20, "virtio 1.2 §5.13.6.3");
_Static_assert(sizeof(struct virtio_iommu_req_map) == 36, "virtio 1.2 §5.13.6.5");
_Static_assert(sizeof(struct virtio_iommu_req_tail) == 4, "virtio 1.2 §5.13.6");
