/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_SIMPLE_NETWORK_PROTOCOL (UEFI 2.10 §24.1). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_SIMPLE_NETWORK_PROTOCOL_GUID                                                           \
    {                                                                                              \
        0xa19832b9, 0xac25, 0x11d3,                                                                \
        {                                                                                          \
            0x9a, 0x2d, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }

#define EFI_SIMPLE_NETWORK_PROTOCOL_REVISION 0x00010000ull

#define MAX_MCAST_FILTER_CNT 16

#define EFI_SIMPLE_NETWORK_RECEIVE_UNICAST               0x01u
#define EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST             0x02u
#define EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST             0x04u
#define EFI_SIMPLE_NETWORK_RECEIVE_PROMISCUOUS           0x08u
#define EFI_SIMPLE_NETWORK_RECEIVE_PROMISCUOUS_MULTICAST 0x10u

#define EFI_SIMPLE_NETWORK_RECEIVE_INTERRUPT  0x01u
#define EFI_SIMPLE_NETWORK_TRANSMIT_INTERRUPT 0x02u
#define EFI_SIMPLE_NETWORK_COMMAND_INTERRUPT  0x04u
#define EFI_SIMPLE_NETWORK_SOFTWARE_INTERRUPT 0x08u

typedef struct {
    uint8_t Addr[32];
} EFI_MAC_ADDRESS;

typedef struct {
    uint8_t Addr[4];
} EFI_IPv4_ADDRESS;

typedef struct {
    uint8_t Addr[16];
} EFI_IPv6_ADDRESS;

typedef union {
    uint32_t Addr[4];
    EFI_IPv4_ADDRESS v4;
    EFI_IPv6_ADDRESS v6;
} EFI_IP_ADDRESS;

typedef enum {
    EfiSimpleNetworkStopped,
    EfiSimpleNetworkStarted,
    EfiSimpleNetworkInitialized,
    EfiSimpleNetworkMaxState,
} EFI_SIMPLE_NETWORK_STATE;

typedef struct {
    uint32_t State;
    uint32_t HwAddressSize;
    uint32_t MediaHeaderSize;
    uint32_t MaxPacketSize;
    uint32_t NvRamSize;
    uint32_t NvRamAccessSize;
    uint32_t ReceiveFilterMask;
    uint32_t ReceiveFilterSetting;
    uint32_t MaxMCastFilterCount;
    uint32_t MCastFilterCount;
    EFI_MAC_ADDRESS MCastFilter[MAX_MCAST_FILTER_CNT];
    EFI_MAC_ADDRESS CurrentAddress;
    EFI_MAC_ADDRESS BroadcastAddress;
    EFI_MAC_ADDRESS PermanentAddress;
    uint8_t IfType;
    bool MacAddressChangeable;
    bool MultipleTxSupported;
    bool MediaPresentSupported;
    bool MediaPresent;
} EFI_SIMPLE_NETWORK_MODE;

/* All ones: the interface does not count it. */
typedef struct {
    uint64_t RxTotalFrames;
    uint64_t RxGoodFrames;
    uint64_t RxUndersizeFrames;
    uint64_t RxOversizeFrames;
    uint64_t RxDroppedFrames;
    uint64_t RxUnicastFrames;
    uint64_t RxBroadcastFrames;
    uint64_t RxMulticastFrames;
    uint64_t RxCrcErrorFrames;
    uint64_t RxTotalBytes;
    uint64_t TxTotalFrames;
    uint64_t TxGoodFrames;
    uint64_t TxUndersizeFrames;
    uint64_t TxOversizeFrames;
    uint64_t TxDroppedFrames;
    uint64_t TxUnicastFrames;
    uint64_t TxBroadcastFrames;
    uint64_t TxMulticastFrames;
    uint64_t TxCrcErrorFrames;
    uint64_t TxTotalBytes;
    uint64_t Collisions;
    uint64_t UnsupportedProtocol;
    uint64_t RxDuplicatedFrames;
    uint64_t RxDecryptErrorFrames;
    uint64_t TxErrorFrames;
    uint64_t TxRetryFrames;
} EFI_NETWORK_STATISTICS;

typedef struct EFI_SIMPLE_NETWORK_PROTOCOL EFI_SIMPLE_NETWORK_PROTOCOL;

struct EFI_SIMPLE_NETWORK_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *Start)(EFI_SIMPLE_NETWORK_PROTOCOL *This);
    EFI_STATUS(EFIAPI *Stop)(EFI_SIMPLE_NETWORK_PROTOCOL *This);
    EFI_STATUS(EFIAPI *Initialize)
    (EFI_SIMPLE_NETWORK_PROTOCOL *This, size_t ExtraRxBufferSize, size_t ExtraTxBufferSize);
    EFI_STATUS(EFIAPI *Reset)(EFI_SIMPLE_NETWORK_PROTOCOL *This, bool ExtendedVerification);
    EFI_STATUS(EFIAPI *Shutdown)(EFI_SIMPLE_NETWORK_PROTOCOL *This);
    EFI_STATUS(EFIAPI *ReceiveFilters)
    (EFI_SIMPLE_NETWORK_PROTOCOL *This, uint32_t Enable, uint32_t Disable, bool ResetMCastFilter,
     size_t MCastFilterCnt, EFI_MAC_ADDRESS *MCastFilter);
    EFI_STATUS(EFIAPI *StationAddress)
    (EFI_SIMPLE_NETWORK_PROTOCOL *This, bool Reset, EFI_MAC_ADDRESS *New);
    EFI_STATUS(EFIAPI *Statistics)
    (EFI_SIMPLE_NETWORK_PROTOCOL *This, bool Reset, size_t *StatisticsSize,
     EFI_NETWORK_STATISTICS *StatisticsTable);
    EFI_STATUS(EFIAPI *MCastIpToMac)
    (EFI_SIMPLE_NETWORK_PROTOCOL *This, bool IPv6, EFI_IP_ADDRESS *IP, EFI_MAC_ADDRESS *MAC);
    EFI_STATUS(EFIAPI *NvData)
    (EFI_SIMPLE_NETWORK_PROTOCOL *This, bool ReadWrite, size_t Offset, size_t BufferSize,
     void *Buffer);
    EFI_STATUS(EFIAPI *GetStatus)
    (EFI_SIMPLE_NETWORK_PROTOCOL *This, uint32_t *InterruptStatus, void **TxBuf);
    EFI_STATUS(EFIAPI *Transmit)
    (EFI_SIMPLE_NETWORK_PROTOCOL *This, size_t HeaderSize, size_t BufferSize, void *Buffer,
     EFI_MAC_ADDRESS *SrcAddr, EFI_MAC_ADDRESS *DestAddr, uint16_t *Protocol);
    EFI_STATUS(EFIAPI *Receive)
    (EFI_SIMPLE_NETWORK_PROTOCOL *This, size_t *HeaderSize, size_t *BufferSize, void *Buffer,
     EFI_MAC_ADDRESS *SrcAddr, EFI_MAC_ADDRESS *DestAddr, uint16_t *Protocol);
    EFI_EVENT WaitForPacket;
    EFI_SIMPLE_NETWORK_MODE *Mode;
};

_Static_assert(sizeof(EFI_IP_ADDRESS) == 16, "EFI_IP_ADDRESS layout");
_Static_assert(offsetof(EFI_SIMPLE_NETWORK_MODE, CurrentAddress) == 552,
               "EFI_SIMPLE_NETWORK_MODE layout");
_Static_assert(offsetof(EFI_SIMPLE_NETWORK_MODE, MediaPresent) == 652,
               "EFI_SIMPLE_NETWORK_MODE layout");
_Static_assert(sizeof(EFI_NETWORK_STATISTICS) == 208, "EFI_NETWORK_STATISTICS layout");
