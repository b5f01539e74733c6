/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Reads \big.bin of its own volume in requests of several sizes and at random places, writes a
 * file, and tells how long each took and what was read. tests/bench/files.py, on this firmware and
 * on others; tests/system/test_storage.py for the content alone. */
#include "efi/guid.h"
#include "efi/protocol/loaded_image.h"
#include "efi/protocol/simple_file_system.h"
#include "guests/guest.h"

#define KIB         1024u
#define MIB         (1024u * KIB)
#define LARGEST     (64u * MIB)
#define RANDOM      500u
#define ROUNDS      5u
#define CALIBRATION 100000u /* µs */

static EFI_FILE_PROTOCOL *root;
static uint8_t *buffer;
static uint64_t ticks_per_second;
static uint64_t file_size;

static uint64_t ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static uint64_t us_since(uint64_t start)
{
    return (ticks() - start) * 1000u / (ticks_per_second / 1000u);
}

static bool open_volume(void)
{
    static const EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    static const EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
    return !EFI_ERROR(st->BootServices->HandleProtocol(self, &image_guid, (void **)&loaded)) &&
           !EFI_ERROR(st->BootServices->HandleProtocol(loaded->DeviceHandle, &volume_guid,
                                                       (void **)&volume)) &&
           !EFI_ERROR(volume->OpenVolume(volume, &root));
}

static EFI_FILE_PROTOCOL *open_file(const char16_t *name, uint64_t mode)
{
    EFI_FILE_PROTOCOL *file;
    return EFI_ERROR(root->Open(root, &file, name, mode, 0)) ? NULL : file;
}

/* Lines that whoever counts exits looks for. */
static void phase(const char *name)
{
    print("phase ");
    print(name);
    print("\r\n");
}

static void tell_about(const char *name, const char *what, uint64_t value)
{
    char key[32];
    size_t length = 0;
    for (; *name != '\0'; name++)
        key[length++] = *name;
    for (; *what != '\0'; what++)
        key[length++] = *what;
    key[length] = '\0';
    tell(key, value);
}

/* The first `limit` bytes in requests of `size`; returns how many were read. */
static uint64_t read_once(EFI_FILE_PROTOCOL *file, size_t size, uint64_t limit)
{
    uint64_t done = 0;
    (void)file->SetPosition(file, 0);
    while (done < limit) {
        size_t got = size;
        if (EFI_ERROR(file->Read(file, &got, buffer)) || got == 0)
            break;
        done += got;
    }
    return done;
}

/* The best time of some rounds: the host does other things, too. The last is the phase whose exits
 * are counted. */
static void read_in(const char *name, EFI_FILE_PROTOCOL *file, size_t size, uint64_t limit)
{
    uint64_t best = UINT64_MAX, done = 0;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        if (round == ROUNDS)
            phase(name);
        uint64_t start = ticks();
        done = read_once(file, size, limit);
        uint64_t us = us_since(start);
        best = us < best ? us : best;
    }
    phase("end");
    tell_about(name, "-bytes", done);
    tell_about(name, "-us", best);
}

static void read_randomly(EFI_FILE_PROTOCOL *file)
{
    uint64_t place = 1;
    unsigned done = 0;
    phase("random-4k");
    uint64_t start = ticks();
    for (; done < RANDOM; done++) {
        size_t got = 4 * KIB;
        place = place * 6364136223846793005u + 1442695040888963407u;
        (void)file->SetPosition(file, (place >> 20) % (file_size / (4 * KIB)) * (4 * KIB));
        if (EFI_ERROR(file->Read(file, &got, buffer)) || got != 4 * KIB)
            break;
    }
    uint64_t us = us_since(start);
    phase("end");
    tell("random-4k-bytes", done * 4u * KIB);
    tell("random-4k-us", us);
}

static void tell_checksum(EFI_FILE_PROTOCOL *file)
{
    uint32_t crc = 0, all = 0;
    (void)file->SetPosition(file, 0);
    for (;;) {
        size_t got = LARGEST;
        if (EFI_ERROR(file->Read(file, &got, buffer)) || got == 0)
            break;
        (void)st->BootServices->CalculateCrc32(buffer, got, &crc);
        all = (all << 1 | all >> 31) ^ crc;
    }
    tell("checksum", all);
}

/* `bytes` of a pattern that the host makes, too. */
static void write_file(uint64_t bytes)
{
    EFI_FILE_PROTOCOL *file =
        open_file(u"\\out.bin", EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE);
    uint64_t done = 0;
    check("write-open", file != NULL);
    if (file == NULL)
        return;
    for (size_t i = 0; i < MIB / 8; i++)
        ((uint64_t *)(void *)buffer)[i] = i * 0x9e3779b97f4a7c15u;
    phase("write-1m");
    uint64_t start = ticks();
    for (; done < bytes; done += MIB) {
        size_t size = MIB;
        if (EFI_ERROR(file->Write(file, &size, buffer)))
            break;
    }
    bool flushed = !EFI_ERROR(file->Flush(file));
    uint64_t us = us_since(start);
    phase("end");
    tell("write-1m-bytes", done);
    tell("write-1m-us", us);
    check("write-flush", flushed);
    (void)file->Close(file);
}

EFI_STATUS guest_main(void)
{
    EFI_PHYSICAL_ADDRESS memory = 0;
    EFI_STATUS status =
        st->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, LARGEST / 4096, &memory);
    if (EFI_ERROR(status))
        return status;
    buffer = (uint8_t *)(uintptr_t)memory;
    st->BootServices->SetMem(buffer, LARGEST, 0xff); /* the host has given it, too */
    uint64_t start = ticks();
    (void)st->BootServices->Stall(CALIBRATION);
    ticks_per_second = (ticks() - start) * (1000000u / CALIBRATION);
    if (!open_volume())
        return EFI_NOT_FOUND;
    EFI_FILE_PROTOCOL *file = open_file(u"\\big.bin", EFI_FILE_MODE_READ);
    if (file == NULL)
        return EFI_NOT_FOUND;
    (void)file->SetPosition(file, EFI_FILE_POSITION_END);
    (void)file->GetPosition(file, &file_size);
    uint64_t most = file_size;
    read_in("read-64m", file, LARGEST, most);
    read_in("read-1m", file, MIB, most);
    read_in("read-64k", file, 64 * KIB, most < 64 * MIB ? most : 64 * MIB);
    read_in("read-4k", file, 4 * KIB, most < 8 * MIB ? most : 8 * MIB);
    read_randomly(file);
    tell_checksum(file);
    write_file(most < 64 * MIB ? most : 64 * MIB);
    (void)file->Close(file);
    print("guest: done\r\n");
    st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_SUCCESS;
}
