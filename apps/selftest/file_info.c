/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Information about files and volumes (UEFI 2.10 §13.5.13 to §13.5.18). */
#include "lib/memory.h"
#include "selftest/file_fixture.h"

static void get_info(void)
{
    size_t size = 0;
    REQUIRE_TRUE(begin());
    EFI_FILE_PROTOCOL *file = make_file(u"info.txt");
    REQUIRE_TRUE(file != NULL);
    EXPECT(EFI_BUFFER_TOO_SMALL, file->GetInfo(file, GUID_OF(EFI_FILE_INFO), &size, NULL));
    CHECK(size > sizeof(EFI_FILE_INFO));
    EXPECT(EFI_SUCCESS, file->GetInfo(file, GUID_OF(EFI_FILE_INFO), &size, info_buffer));
    const EFI_FILE_INFO *info = (void *)info_buffer;
    EQUAL(10, info->FileSize);
    CHECK(memcmp(info->FileName, u"info.txt", sizeof u"info.txt") == 0);
    size = sizeof info_buffer;
    EXPECT(EFI_SUCCESS, root->GetInfo(root, GUID_OF(EFI_FILE_SYSTEM_INFO), &size, info_buffer));
    const EFI_FILE_SYSTEM_INFO *volume = (void *)info_buffer;
    CHECK(!volume->ReadOnly && volume->FreeSpace > 0 && volume->VolumeSize > volume->FreeSpace);
    CHECK(memcmp(volume->VolumeLabel, u"CLOUDHV", sizeof u"CLOUDHV") == 0);
    size = sizeof info_buffer;
    EXPECT(EFI_SUCCESS,
           root->GetInfo(root, GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL), &size, info_buffer));
    CHECK(memcmp(info_buffer, u"CLOUDHV", sizeof u"CLOUDHV") == 0);
    EXPECT(EFI_UNSUPPORTED, file->GetInfo(file, GUID_OF(TEST_NONE), &size, info_buffer));
    EXPECT(EFI_SUCCESS, file->Delete(file));
    end();
}

/* Renamed, resized, and set read-only. */
static void set_info(void)
{
    size_t size = sizeof info_buffer;
    REQUIRE_TRUE(begin());
    EFI_FILE_PROTOCOL *file = make_file(u"set.txt"), *again;
    REQUIRE_TRUE(file != NULL);
    EXPECT(EFI_SUCCESS, file->GetInfo(file, GUID_OF(EFI_FILE_INFO), &size, info_buffer));
    EFI_FILE_INFO *info = (void *)info_buffer;
    info->FileSize = 4;
    EXPECT(EFI_SUCCESS, file->SetInfo(file, GUID_OF(EFI_FILE_INFO), size, info));
    memcpy(info->FileName, u"new.txt", sizeof u"new.txt");
    EXPECT(EFI_SUCCESS, file->SetInfo(file, GUID_OF(EFI_FILE_INFO), size, info));
    EXPECT(EFI_NOT_FOUND, open(&again, u"set.txt", READ));
    if (EXPECT(EFI_SUCCESS, open(&again, u"new.txt", READ))) {
        size = sizeof info_buffer;
        EXPECT(EFI_SUCCESS, again->GetInfo(again, GUID_OF(EFI_FILE_INFO), &size, info_buffer));
        EQUAL(4, info->FileSize);
        /* Opened for reading, its size cannot be changed. */
        info->FileSize = 3;
        EXPECT(EFI_ACCESS_DENIED, again->SetInfo(again, GUID_OF(EFI_FILE_INFO), size, info));
        EXPECT(EFI_SUCCESS, again->Close(again));
    }
    EXPECT(EFI_SUCCESS, file->Delete(file));
    end();
}

static bool label_is(const char16_t *expected, size_t expected_size)
{
    size_t size = sizeof info_buffer;
    return EXPECT(EFI_SUCCESS,
                  root->GetInfo(root, GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL), &size, info_buffer)) &&
           CHECK(memcmp(info_buffer, expected, expected_size) == 0);
}

static void set_label(void)
{
    char16_t other[] = u"OTHER", before[] = u"CLOUDHV";
    REQUIRE_TRUE(begin());
    EXPECT(EFI_SUCCESS,
           root->SetInfo(root, GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL), sizeof other, other));
    label_is(other, sizeof other);
    EXPECT(EFI_SUCCESS,
           root->SetInfo(root, GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL), sizeof before, before));
    end();
}

/* FAT has room for eleven characters. */
static void set_label_too_long(void)
{
    char16_t label[] = u"TWELVE CHARS";
    REQUIRE_TRUE(begin());
    CHECK(
        EFI_ERROR(root->SetInfo(root, GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL), sizeof label, label)));
    label_is(u"CLOUDHV", sizeof u"CLOUDHV");
    memcpy(label, u"CLOUDHV", sizeof u"CLOUDHV");
    EXPECT(EFI_SUCCESS,
           root->SetInfo(root, GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL), sizeof u"CLOUDHV", label));
    end();
}

static void set_info_errors(void)
{
    size_t size = sizeof info_buffer;
    REQUIRE_TRUE(begin());
    EFI_FILE_PROTOCOL *file = make_file(u"errors.txt");
    REQUIRE_TRUE(file != NULL);
    EXPECT(EFI_SUCCESS, file->GetInfo(file, GUID_OF(EFI_FILE_INFO), &size, info_buffer));
    EFI_FILE_INFO *info = (void *)info_buffer;
    EXPECT(EFI_UNSUPPORTED, file->SetInfo(file, GUID_OF(TEST_NONE), size, info));
    EXPECT(EFI_BAD_BUFFER_SIZE, file->SetInfo(file, GUID_OF(EFI_FILE_INFO), 16, info));
    info->Attribute |= EFI_FILE_DIRECTORY;
    EXPECT(EFI_ACCESS_DENIED, file->SetInfo(file, GUID_OF(EFI_FILE_INFO), size, info));
    info->Attribute &= ~EFI_FILE_DIRECTORY;
    /* The name of another one. */
    EFI_FILE_PROTOCOL *other = make_file(u"other1.txt");
    if (other != NULL) {
        memcpy(info->FileName, u"other1.txt", sizeof u"other1.txt");
        EXPECT(EFI_ACCESS_DENIED, file->SetInfo(file, GUID_OF(EFI_FILE_INFO), size, info));
        EXPECT(EFI_SUCCESS, other->Delete(other));
    }
    EXPECT(EFI_SUCCESS, file->Delete(file));
    end();
}

static const struct selftest tests[] = {
    {"get", get_info},
    {"set", set_info},
    {"set-label", set_label},
    {"set-label-too-long", set_label_too_long},
    {"set-errors", set_info_errors},
};

const struct topic topic_file_info = TOPIC("file-info", tests);
