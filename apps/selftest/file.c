/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Simple File System and File Protocol (UEFI 2.10 §13.4 and §13.5) on the program's own volume, and
 * on one that is read-only. */
#include "lib/memory.h"
#include "selftest/file_fixture.h"

static void round_trip(void)
{
    char data[16] = "";
    size_t size = sizeof data;
    uint64_t position = 99;
    REQUIRE_TRUE(begin());
    EFI_FILE_PROTOCOL *file = make_file(u"round.txt");
    REQUIRE_TRUE(file != NULL);
    EXPECT(EFI_SUCCESS, file->GetPosition(file, &position));
    EQUAL(10, position);
    EXPECT(EFI_SUCCESS, file->SetPosition(file, 3));
    EXPECT(EFI_SUCCESS, file->Read(file, &size, data));
    EQUAL(7, size);
    CHECK(memcmp(data, "3456789", 7) == 0);
    /* At the end there is nothing, which is no error. */
    size = sizeof data;
    EXPECT(EFI_SUCCESS, file->Read(file, &size, data));
    EQUAL(0, size);
    EXPECT(EFI_SUCCESS, file->SetPosition(file, EFI_FILE_POSITION_END));
    EXPECT(EFI_SUCCESS, file->GetPosition(file, &position));
    EQUAL(10, position);
    EXPECT(EFI_SUCCESS, file->Flush(file));
    EXPECT(EFI_SUCCESS, file->Delete(file));
    EXPECT(EFI_NOT_FOUND, root->Open(root, &file, u"round.txt", READ, 0));
    end();
}

static void open_not_found(void)
{
    EFI_FILE_PROTOCOL *file;
    REQUIRE_TRUE(begin());
    EXPECT(EFI_NOT_FOUND, root->Open(root, &file, u"nowhere.txt", READ, 0));
    EXPECT(EFI_NOT_FOUND, root->Open(root, &file, u"nowhere\\file.txt", WRITE, 0));
    end();
}

static void open_bad_mode(void)
{
    static const uint64_t modes[] = {0, EFI_FILE_MODE_WRITE, EFI_FILE_MODE_CREATE,
                                     READ | EFI_FILE_MODE_CREATE, 0x10};
    EFI_FILE_PROTOCOL *file;
    REQUIRE_TRUE(begin());
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
        EXPECT(EFI_INVALID_PARAMETER, root->Open(root, &file, u"bad.txt", modes[i], 0));
    end();
}

static void open_paths(void)
{
    static const char16_t *const names[] = {u"\\EFI\\BOOT\\BOOTX64.EFI", u"EFI\\BOOT\\bootx64.efi",
                                            u"EFI\\.\\BOOT\\..\\BOOT\\BOOTX64.EFI"};
    EFI_FILE_PROTOCOL *file, *folder;
    REQUIRE_TRUE(begin());
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (EXPECT(EFI_SUCCESS, root->Open(root, &file, names[i], READ, 0)))
            EXPECT(EFI_SUCCESS, file->Close(file));
    }
    /* From a directory that is open, and back to the root. */
    if (EXPECT(EFI_SUCCESS, root->Open(root, &folder, u"EFI", READ, 0))) {
        if (EXPECT(EFI_SUCCESS, folder->Open(folder, &file, u"BOOT", READ, 0)))
            EXPECT(EFI_SUCCESS, file->Close(file));
        if (EXPECT(EFI_SUCCESS, folder->Open(folder, &file, u"\\EFI", READ, 0)))
            EXPECT(EFI_SUCCESS, file->Close(file));
        EXPECT(EFI_SUCCESS, folder->Close(folder));
    }
    end();
}

static void directory(void)
{
    EFI_FILE_PROTOCOL *folder, *file;
    unsigned names = 0;
    REQUIRE_TRUE(begin());
    REQUIRE(EFI_SUCCESS, root->Open(root, &folder, u"folder", CREATE, EFI_FILE_DIRECTORY));
    if (EXPECT(EFI_SUCCESS, folder->Open(folder, &file, u"one.txt", CREATE, 0)))
        EXPECT(EFI_SUCCESS, file->Close(file));
    /* A buffer that is too small for an entry. */
    size_t size = 8;
    EXPECT(EFI_SUCCESS, folder->SetPosition(folder, 0));
    EFI_STATUS status = folder->Read(folder, &size, info_buffer);
    EXPECT(EFI_BUFFER_TOO_SMALL, status /* Read */);
    CHECK(size >= sizeof(EFI_FILE_INFO));
    EXPECT(EFI_SUCCESS, folder->SetPosition(folder, 0));
    for (int i = 0; i < 10; i++) {
        size = sizeof info_buffer;
        if (!EXPECT(EFI_SUCCESS, folder->Read(folder, &size, info_buffer)) || size == 0)
            break;
        const EFI_FILE_INFO *info = (void *)info_buffer;
        names += memcmp(info->FileName, u"one.txt", sizeof u"one.txt") == 0;
    }
    EQUAL(1, names);
    /* One that is not empty stays. */
    EXPECT(EFI_WARN_DELETE_FAILURE, folder->Delete(folder));
    if (EXPECT(EFI_SUCCESS, root->Open(root, &file, u"folder\\one.txt", WRITE, 0)))
        EXPECT(EFI_SUCCESS, file->Delete(file));
    if (EXPECT(EFI_SUCCESS, root->Open(root, &folder, u"folder", WRITE, 0)))
        EXPECT(EFI_SUCCESS, folder->Delete(folder));
    end();
}

/* Positions, writing and resizing are not for directories. */
static void directory_unsupported(void)
{
    EFI_FILE_PROTOCOL *folder;
    size_t size = 1;
    uint64_t position;
    REQUIRE_TRUE(begin());
    REQUIRE(EFI_SUCCESS, root->Open(root, &folder, u"EFI", WRITE, 0));
    EXPECT(EFI_UNSUPPORTED, folder->SetPosition(folder, 1));
    EXPECT(EFI_UNSUPPORTED, folder->GetPosition(folder, &position));
    EXPECT(EFI_UNSUPPORTED, folder->Write(folder, &size, "x"));
    EXPECT(EFI_SUCCESS, folder->Close(folder));
    end();
}

static void read_past_end(void)
{
    char data;
    size_t size = 1;
    REQUIRE_TRUE(begin());
    EFI_FILE_PROTOCOL *file = make_file(u"past.txt");
    REQUIRE_TRUE(file != NULL);
    EXPECT(EFI_SUCCESS, file->SetPosition(file, 11));
    EXPECT(EFI_DEVICE_ERROR, file->Read(file, &size, &data));
    EXPECT(EFI_SUCCESS, file->Delete(file));
    end();
}

static void write_denied(void)
{
    EFI_FILE_PROTOCOL *file;
    size_t size = 1;
    REQUIRE_TRUE(begin());
    REQUIRE(EFI_SUCCESS, root->Open(root, &file, u"\\EFI\\BOOT\\BOOTX64.EFI", READ, 0));
    EXPECT(EFI_ACCESS_DENIED, file->Write(file, &size, "x"));
    EXPECT(EFI_SUCCESS, file->Close(file));
    end();
}

static void delete_read_only(void)
{
    EFI_FILE_PROTOCOL *file;
    REQUIRE_TRUE(begin());
    file = make_file(u"kept.txt");
    REQUIRE_TRUE(file != NULL);
    EXPECT(EFI_SUCCESS, file->Close(file));
    if (EXPECT(EFI_SUCCESS, root->Open(root, &file, u"kept.txt", READ, 0)))
        EXPECT(EFI_WARN_DELETE_FAILURE, file->Delete(file));
    if (EXPECT(EFI_SUCCESS, root->Open(root, &file, u"kept.txt", WRITE, 0)))
        EXPECT(EFI_SUCCESS, file->Delete(file));
    end();
}

static void volume_full(void)
{
    static uint8_t block[1 << 20];
    REQUIRE_TRUE(begin());
    EFI_FILE_PROTOCOL *file = make_file(u"full.bin");
    REQUIRE_TRUE(file != NULL);
    EFI_STATUS status = EFI_SUCCESS;
    for (int i = 0; i < 64 && !EFI_ERROR(status); i++) {
        size_t size = sizeof block;
        status = file->Write(file, &size, block);
    }
    EXPECT(EFI_VOLUME_FULL, status /* Write */);
    EXPECT(EFI_SUCCESS, file->Delete(file));
    end();
}

/* Revision 2: with a token whose event is signaled, and without one. */
static void revision2(void)
{
    size_t index;
    EFI_FILE_PROTOCOL *file = NULL;
    char data[8] = "";
    REQUIRE_TRUE(begin());
    REQUIRE_TRUE(root->Revision >= EFI_FILE_PROTOCOL_REVISION2);
    EFI_FILE_IO_TOKEN token = {.Status = EFI_NOT_READY};
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &token.Event));
    EXPECT(EFI_SUCCESS, root->OpenEx(root, &file, u"two.txt", CREATE, 0, &token));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, token.Status);
    REQUIRE_TRUE(file != NULL);
    token.BufferSize = 3;
    token.Buffer = "abc";
    EXPECT(EFI_SUCCESS, file->WriteEx(file, &token));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, token.Status);
    EXPECT(EFI_SUCCESS, file->FlushEx(file, &token));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, file->SetPosition(file, 0));
    token.BufferSize = sizeof data;
    token.Buffer = data;
    EXPECT(EFI_SUCCESS, file->ReadEx(file, &token));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, token.Status);
    EQUAL(3, token.BufferSize);
    CHECK(memcmp(data, "abc", 3) == 0);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(token.Event));
    token.Event = NULL;
    EXPECT(EFI_NOT_FOUND, root->OpenEx(root, &file, u"nowhere.txt", READ, 0, &token));
    if (EXPECT(EFI_SUCCESS, root->OpenEx(root, &file, u"two.txt", WRITE, 0, &token)))
        EXPECT(EFI_SUCCESS, file->Delete(file));
    end();
}

#define BIG_SIZE (64u * 1024)

static uint8_t big[BIG_SIZE];

static bool is_pattern(void)
{
    for (size_t i = 0; i < BIG_SIZE; i++)
        if (big[i] != (uint8_t)(i + i / 512))
            return false;
    return true;
}

/* Both halves of a file are read at the same time, and a file is deleted while it is read. */
static void reads_meanwhile(void)
{
    EFI_FILE_PROTOCOL *file;
    size_t size = BIG_SIZE, index;
    EFI_FILE_IO_TOKEN tokens[2];
    REQUIRE_TRUE(begin());
    REQUIRE_TRUE(root->Revision >= EFI_FILE_PROTOCOL_REVISION2);
    REQUIRE(EFI_SUCCESS, root->Open(root, &file, u"big.bin", CREATE, 0));
    for (size_t i = 0; i < BIG_SIZE; i++)
        big[i] = (uint8_t)(i + i / 512);
    EXPECT(EFI_SUCCESS, file->Write(file, &size, big));
    EXPECT(EFI_SUCCESS, file->SetPosition(file, 0));
    bs->SetMem(big, BIG_SIZE, 0);
    for (size_t i = 0; i < 2; i++) {
        tokens[i] =
            (EFI_FILE_IO_TOKEN){.BufferSize = BIG_SIZE / 2, .Buffer = big + i * BIG_SIZE / 2};
        EXPECT(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &tokens[i].Event));
        EXPECT(EFI_SUCCESS, file->ReadEx(file, &tokens[i]));
    }
    for (size_t i = 0; i < 2; i++) {
        EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &tokens[i].Event, &index));
        EXPECT(EFI_SUCCESS, tokens[i].Status);
        EQUAL(BIG_SIZE / 2, tokens[i].BufferSize);
    }
    CHECK(is_pattern());
    EXPECT(EFI_SUCCESS, file->SetPosition(file, 0));
    tokens[0].BufferSize = BIG_SIZE;
    tokens[0].Buffer = big;
    bs->SetMem(big, BIG_SIZE, 0);
    EXPECT(EFI_SUCCESS, file->ReadEx(file, &tokens[0]));
    EXPECT(EFI_SUCCESS, file->Delete(file));
    EXPECT(EFI_SUCCESS, bs->CheckEvent(tokens[0].Event));
    CHECK(is_pattern());
    for (size_t i = 0; i < 2; i++)
        EXPECT(EFI_SUCCESS, bs->CloseEvent(tokens[i].Event));
    end();
}

/* The root of the volume that cannot be written. */
static EFI_FILE_PROTOCOL *open_read_only(void)
{
    EFI_HANDLE *handles;
    size_t count, size;
    EFI_FILE_PROTOCOL *found = NULL;
    if (!EXPECT(EFI_SUCCESS,
                bs->LocateHandleBuffer(ByProtocol, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), NULL,
                                       &count, &handles)))
        return NULL;
    for (size_t i = 0; i < count && found == NULL; i++) {
        EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
        if (EFI_ERROR(bs->HandleProtocol(handles[i], GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL),
                                         (void **)&volume)) ||
            EFI_ERROR(volume->OpenVolume(volume, &found)))
            continue;
        size = sizeof info_buffer;
        EFI_STATUS status =
            found->GetInfo(found, GUID_OF(EFI_FILE_SYSTEM_INFO), &size, info_buffer);
        if (EFI_ERROR(status) || !((EFI_FILE_SYSTEM_INFO *)(void *)info_buffer)->ReadOnly) {
            found->Close(found);
            found = NULL;
        }
    }
    bs->FreePool(handles);
    CHECK(found != NULL);
    return found;
}

static void write_protected(void)
{
    EFI_FILE_PROTOCOL *volume = open_read_only(), *file;
    REQUIRE_TRUE(volume != NULL);
    EXPECT(EFI_WRITE_PROTECTED, volume->Open(volume, &file, u"new.txt", CREATE, 0));
    EXPECT(EFI_WRITE_PROTECTED, volume->Open(volume, &file, u"readme.txt", WRITE, 0));
    if (EXPECT(EFI_SUCCESS, volume->Open(volume, &file, u"readme.txt", READ, 0))) {
        char data[16];
        size_t size = sizeof data;
        EXPECT(EFI_SUCCESS, file->Read(file, &size, data));
        CHECK(memcmp(data, "read only", 9) == 0);
        EXPECT(EFI_SUCCESS, file->Close(file));
    }
    size_t size = sizeof info_buffer;
    EXPECT(EFI_SUCCESS, volume->GetInfo(volume, GUID_OF(EFI_FILE_SYSTEM_INFO), &size, info_buffer));
    EXPECT(EFI_WRITE_PROTECTED,
           volume->SetInfo(volume, GUID_OF(EFI_FILE_SYSTEM_INFO), size, info_buffer));
    EXPECT(EFI_SUCCESS, volume->Close(volume));
}

static const struct selftest tests[] = {
    {"round-trip", round_trip},
    {"open-not-found", open_not_found},
    {"open-bad-mode", open_bad_mode},
    {"open-paths", open_paths},
    {"directory", directory},
    {"directory-unsupported", directory_unsupported},
    {"read-past-end", read_past_end},
    {"write-denied", write_denied},
    {"delete-read-only", delete_read_only},
    {"volume-full", volume_full},
    {"revision2", revision2},
    {"reads-meanwhile", reads_meanwhile},
    {"write-protected", write_protected},
};

const struct topic topic_file = TOPIC("file", tests);
