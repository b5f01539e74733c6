/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Decompress (UEFI 2.10 §19.5). */
#include "efi/protocol/decompress.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

static const char text[] = "round and round and round it goes, and round again\n";
/* The same, by tools/efi-compress.c. */
static uint8_t compressed[] = {
    0x25, 0x00, 0x00, 0x00, 0x33, 0x00, 0x00, 0x00, 0x00, 0x17, 0x42, 0x73, 0x32, 0x1d, 0x9f,
    0xf8, 0x02, 0xd1, 0xfc, 0x20, 0x51, 0x26, 0x12, 0x83, 0x8e, 0xcc, 0xac, 0x06, 0x01, 0x04,
    0x61, 0xed, 0x88, 0x07, 0x2f, 0x65, 0x68, 0x11, 0xce, 0x7f, 0xac, 0x41, 0x56, 0xf0, 0x00,
};

#define TEXT_SIZE (sizeof text - 1)

static uint8_t scratch[32768];
static uint8_t output[TEXT_SIZE + 1];

static EFI_DECOMPRESS_PROTOCOL *decompressor(uint32_t *scratch_size)
{
    EFI_DECOMPRESS_PROTOCOL *d = FIND(EFI_DECOMPRESS_PROTOCOL);
    uint32_t size;
    if (d == NULL ||
        !EXPECT(EFI_SUCCESS, d->GetInfo(d, compressed, sizeof compressed, &size, scratch_size)) ||
        !CHECK(*scratch_size <= sizeof scratch))
        return NULL;
    EQUAL(TEXT_SIZE, size);
    return d;
}

static void decompress(void)
{
    uint32_t size;
    EFI_DECOMPRESS_PROTOCOL *d = decompressor(&size);
    if (d == NULL)
        return;
    output[TEXT_SIZE] = 0x5a;
    EXPECT(EFI_SUCCESS,
           d->Decompress(d, compressed, sizeof compressed, output, TEXT_SIZE, scratch, size));
    CHECK(memcmp(output, text, TEXT_SIZE) == 0);
    EQUAL(0x5a, output[TEXT_SIZE]);
}

static void get_info_invalid(void)
{
    uint32_t size;
    EFI_DECOMPRESS_PROTOCOL *d = decompressor(&size);
    if (d == NULL)
        return;
    EXPECT(EFI_INVALID_PARAMETER, d->GetInfo(d, compressed, 7, &size, &size));
    EXPECT(EFI_INVALID_PARAMETER, d->GetInfo(d, compressed, sizeof compressed - 1, &size, &size));
}

static void decompress_invalid(void)
{
    uint32_t size;
    EFI_DECOMPRESS_PROTOCOL *d = decompressor(&size);
    if (d == NULL)
        return;
    EXPECT(EFI_INVALID_PARAMETER,
           d->Decompress(d, compressed, sizeof compressed - 1, output, TEXT_SIZE, scratch, size));
    EXPECT(EFI_INVALID_PARAMETER,
           d->Decompress(d, compressed, sizeof compressed, output, TEXT_SIZE - 1, scratch, size));
    EXPECT(EFI_INVALID_PARAMETER,
           d->Decompress(d, compressed, sizeof compressed, output, TEXT_SIZE, scratch, size - 1));
    uint8_t broken[sizeof compressed];
    memcpy(broken, compressed, sizeof broken);
    memset(broken + 8, 0xff, sizeof broken - 8);
    EXPECT(EFI_INVALID_PARAMETER,
           d->Decompress(d, broken, sizeof broken, output, TEXT_SIZE, scratch, size));
}

static const struct selftest tests[] = {
    {"decompress", decompress},
    {"get-info-invalid", get_info_invalid},
    {"decompress-invalid", decompress_invalid},
};

const struct topic topic_decompress = TOPIC("decompress", tests);
