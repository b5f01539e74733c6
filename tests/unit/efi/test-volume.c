/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_SIMPLE_FILE_SYSTEM_PROTOCOL and EFI_FILE_PROTOCOL over a real FAT volume. */
#include "efi/tpl.h"
#include "unit/efi/disk-fixture.h"

#define LONG_NAME u"A name that takes quite some room.txt"

static EFI_FILE_PROTOCOL *root;
static uint64_t info_words[128];
static EFI_FILE_INFO *const info = (void *)info_words;

static int volume_setup(void **state)
{
    disk_setup(state);
    connect_disk();
    EFI_HANDLE handle = child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL));
    assert_non_null(handle);
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume =
        handle_interface(handle, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL));
    assert_int_equal(volume->OpenVolume(volume, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(volume->OpenVolume(volume, &root), EFI_SUCCESS);
    return 0;
}

static int volume_teardown(void **state)
{
    if (root != NULL)
        assert_int_equal(root->Close(root), EFI_SUCCESS);
    return disk_teardown(state);
}

static EFI_FILE_PROTOCOL *open_path(const char16_t *name, uint64_t mode)
{
    EFI_FILE_PROTOCOL *file = NULL;
    assert_int_equal(root->Open(root, &file, name, mode, 0), EFI_SUCCESS);
    return file;
}

static void a_directory_through_short_buffers(void **state)
{
    unsigned entries = 0, longest = 0;
    for (;;) {
        size_t size = 10;
        EFI_STATUS status = root->Read(root, &size, info);
        if (status == EFI_SUCCESS && size == 0)
            break;
        assert_int_equal(status, EFI_BUFFER_TOO_SMALL);
        assert_in_range(size, offsetof(EFI_FILE_INFO, FileName) + 4, sizeof info_words);
        size_t needed = size--;
        assert_int_equal(root->Read(root, &size, info), EFI_BUFFER_TOO_SMALL);
        assert_int_equal(size, needed);
        assert_int_equal(root->Read(root, &size, info), EFI_SUCCESS);
        assert_int_equal(size, needed);
        assert_int_equal(info->Size, needed);
        entries++;
        longest += memcmp(info->FileName, LONG_NAME, sizeof LONG_NAME) == 0;
    }
    assert_int_equal(entries, 3);
    assert_int_equal(longest, 1);
    assert_int_equal(root->SetPosition(root, 5), EFI_UNSUPPORTED);
    assert_int_equal(root->SetPosition(root, 0), EFI_SUCCESS);
    size_t size = sizeof info_words;
    assert_int_equal(root->Read(root, &size, info), EFI_SUCCESS);
    assert_true(size > 0);
    assert_int_equal(root->Read(root, NULL, info), EFI_INVALID_PARAMETER);
}

static void reading_and_positions(void **state)
{
    EFI_FILE_PROTOCOL *file = open_path(u"\\greeting.txt", EFI_FILE_MODE_READ);
    char text[32] = "";
    size_t size = 5;
    uint64_t position;
    assert_int_equal(file->Read(file, &size, text), EFI_SUCCESS);
    size = sizeof text;
    assert_int_equal(file->Read(file, &size, text), EFI_SUCCESS);
    assert_int_equal(size, 7);
    assert_memory_equal(text, ", world", 7);
    assert_int_equal(file->Read(file, &size, text), EFI_SUCCESS);
    assert_int_equal(size, 0);
    assert_int_equal(file->SetPosition(file, EFI_FILE_POSITION_END), EFI_SUCCESS);
    assert_int_equal(file->GetPosition(file, &position), EFI_SUCCESS);
    assert_int_equal(position, 12);
    assert_int_equal(file->SetPosition(file, 13), EFI_SUCCESS);
    size = 1;
    assert_int_equal(file->Read(file, &size, text), EFI_DEVICE_ERROR);
    size = 1;
    assert_int_equal(file->Write(file, &size, text), EFI_ACCESS_DENIED);
    assert_int_equal(file->Close(file), EFI_SUCCESS);

    assert_int_equal(root->Open(root, &file, u"none", EFI_FILE_MODE_READ, 0), EFI_NOT_FOUND);
    assert_int_equal(root->Open(root, &file, u"x", EFI_FILE_MODE_WRITE, 0), EFI_INVALID_PARAMETER);
    assert_int_equal(root->Open(root, &file, NULL, EFI_FILE_MODE_READ, 0), EFI_INVALID_PARAMETER);
}

static void tokens(void **state)
{
    char text[32];
    EFI_FILE_IO_TOKEN token = {.BufferSize = sizeof text, .Buffer = text, .Status = 0x55};
    EFI_FILE_PROTOCOL *file;
    assert_int_equal(efi_create_event(0, 0, NULL, NULL, &token.Event), EFI_SUCCESS);
    assert_int_equal(root->OpenEx(root, &file, u"greeting.txt", EFI_FILE_MODE_READ, 0, &token),
                     EFI_SUCCESS);
    assert_int_equal(efi_check_event(token.Event), EFI_SUCCESS);
    assert_int_equal(token.Status, EFI_SUCCESS);
    assert_int_equal(file->ReadEx(file, &token), EFI_SUCCESS);
    assert_int_equal(efi_check_event(token.Event), EFI_SUCCESS);
    assert_int_equal(token.BufferSize, 12);
    assert_int_equal(file->FlushEx(file, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(file->Close(file), EFI_SUCCESS);
    assert_int_equal(efi_close_event(token.Event), EFI_SUCCESS);
    token.Event = NULL;
    assert_int_equal(root->OpenEx(root, &file, u"none", EFI_FILE_MODE_READ, 0, &token),
                     EFI_NOT_FOUND);
}

#define BIG (64 * 1024u)

static uint8_t big[BIG], back[BIG];

static EFI_FILE_PROTOCOL *big_file(void)
{
    size_t size = BIG;
    EFI_FILE_PROTOCOL *file;
    for (size_t i = 0; i < BIG; i++)
        big[i] = (uint8_t)(i * 7 + i / 512);
    assert_int_equal(root->Open(root, &file, u"big",
                                EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE, 0),
                     EFI_SUCCESS);
    assert_int_equal(file->Write(file, &size, big), EFI_SUCCESS);
    assert_int_equal(file->SetPosition(file, 0), EFI_SUCCESS);
    memset(back, 0, sizeof back);
    ram.asynchronous = true;
    return file;
}

static EFI_FILE_IO_TOKEN token_at(size_t offset, size_t size)
{
    EFI_FILE_IO_TOKEN token = {.BufferSize = size, .Buffer = back + offset, .Status = 0x55};
    assert_int_equal(efi_create_event(0, 0, NULL, NULL, &token.Event), EFI_SUCCESS);
    return token;
}

static void expect_done(EFI_FILE_IO_TOKEN *token, EFI_STATUS status, size_t size)
{
    assert_int_equal(efi_check_event(token->Event), EFI_SUCCESS);
    assert_int_equal(token->Status, status);
    assert_int_equal(token->BufferSize, size);
    assert_int_equal(efi_close_event(token->Event), EFI_SUCCESS);
}

static void pass_ms(uint64_t ms)
{
    for (uint64_t end = fake_cpu.tsc + ms * 1000000; fake_cpu.tsc < end; fake_apic_poll())
        fake_cpu.tsc += 10000;
}

/* Two are under way at once; the last one ends with the file. */
static void reading_meanwhile(void **state)
{
    EFI_FILE_PROTOCOL *file = big_file();
    EFI_FILE_IO_TOKEN first = token_at(0, BIG / 2), second = token_at(BIG / 2, BIG);
    uint64_t position;
    assert_int_equal(file->ReadEx(file, &first), EFI_SUCCESS);
    assert_int_equal(file->ReadEx(file, &second), EFI_SUCCESS);
    assert_int_equal(efi_check_event(first.Event), EFI_NOT_READY);
    assert_int_equal(efi_check_event(second.Event), EFI_NOT_READY);
    assert_int_equal(first.Status, EFI_NOT_READY);
    assert_int_equal(file->GetPosition(file, &position), EFI_SUCCESS);
    assert_int_equal(position, BIG);
    pass_ms(2);
    expect_done(&first, EFI_SUCCESS, BIG / 2);
    expect_done(&second, EFI_SUCCESS, BIG / 2);
    assert_memory_equal(back, big, BIG);

    EFI_FILE_IO_TOKEN again = token_at(0, 4096);
    assert_int_equal(file->SetPosition(file, 4096), EFI_SUCCESS);
    assert_int_equal(file->ReadEx(file, &again), EFI_SUCCESS);
    assert_int_equal(efi_check_event(again.Event), EFI_NOT_READY);
    pass_ms(2);
    expect_done(&again, EFI_SUCCESS, 4096);
    assert_memory_equal(back, big + 4096, 4096);
    assert_int_equal(file->SetPosition(file, BIG), EFI_SUCCESS);

    EFI_FILE_IO_TOKEN end = token_at(0, 512);
    assert_int_equal(file->ReadEx(file, &end), EFI_SUCCESS);
    expect_done(&end, EFI_SUCCESS, 0);
    assert_int_equal(file->SetPosition(file, BIG - 100), EFI_SUCCESS);
    EFI_FILE_IO_TOKEN ragged = token_at(0, 512);
    assert_int_equal(file->ReadEx(file, &ragged), EFI_SUCCESS);
    expect_done(&ragged, EFI_SUCCESS, 100);
    assert_memory_equal(back, big + BIG - 100, 100);
    assert_int_equal(file->Close(file), EFI_SUCCESS);
}

/* What is read is what was there when it began, and nothing is under way when a file is closed. */
static void changes_wait_for_readers(void **state)
{
    EFI_FILE_PROTOCOL *file = big_file(), *other;
    EFI_FILE_IO_TOKEN read = token_at(0, 4096), last = token_at(4096, 4096);
    static uint8_t zeros[BIG];
    size_t size = BIG;
    assert_int_equal(file->ReadEx(file, &read), EFI_SUCCESS);
    assert_int_equal(file->SetPosition(file, 0), EFI_SUCCESS);
    assert_int_equal(file->Write(file, &size, zeros), EFI_SUCCESS);
    expect_done(&read, EFI_SUCCESS, 4096);
    assert_memory_equal(back, big, 4096);

    assert_int_equal(root->Open(root, &other, u"big", EFI_FILE_MODE_READ, 0), EFI_SUCCESS);
    assert_int_equal(other->ReadEx(other, &last), EFI_SUCCESS);
    assert_int_equal(efi_check_event(last.Event), EFI_NOT_READY);
    assert_int_equal(file->Delete(file), EFI_SUCCESS);
    expect_done(&last, EFI_SUCCESS, 4096);
    EFI_FILE_IO_TOKEN gone = token_at(0, 4096);
    assert_int_equal(other->ReadEx(other, &gone), EFI_SUCCESS);
    expect_done(&gone, EFI_DEVICE_ERROR, 4096);
    assert_int_equal(other->Close(other), EFI_SUCCESS);
}

/* Written in turns, two files lie in pieces: in too many to be read meanwhile, or in a few. */
static void readers_of_pieces(void **state)
{
    enum { PIECE = 4096, COUNT = 20 };
    EFI_FILE_PROTOCOL *files[2];
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(root->Open(root, &files[i], i == 0 ? u"a" : u"b",
                                    EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE,
                                    0),
                         EFI_SUCCESS);
    for (size_t i = 0; i < BIG; i++)
        big[i] = (uint8_t)(i * 3 + i / PIECE);
    for (size_t i = 0; i < 2 * COUNT; i++) {
        size_t size = PIECE;
        assert_int_equal(files[i % 2]->Write(files[i % 2], &size, big + i % 16 * PIECE),
                         EFI_SUCCESS);
    }
    ram.asynchronous = true;
    assert_int_equal(files[0]->SetPosition(files[0], 0), EFI_SUCCESS);
    static uint8_t all[COUNT * PIECE];
    EFI_FILE_IO_TOKEN many = token_at(0, sizeof all), few = token_at(0, 8 * PIECE);
    many.Buffer = all;
    assert_int_equal(files[0]->ReadEx(files[0], &many), EFI_SUCCESS);
    expect_done(&many, EFI_SUCCESS, sizeof all);
    assert_int_equal(files[0]->SetPosition(files[0], 0), EFI_SUCCESS);
    unsigned reads = ram.reads;
    assert_int_equal(files[0]->ReadEx(files[0], &few), EFI_SUCCESS);
    assert_int_equal(efi_check_event(few.Event), EFI_NOT_READY);
    pass_ms(20);
    expect_done(&few, EFI_SUCCESS, 8 * PIECE);
    assert_true(ram.reads >= reads + 8);
    assert_memory_equal(back, all, 8 * PIECE);
    for (size_t i = 0; i < COUNT; i++)
        assert_memory_equal(all + i * PIECE, big + i * 2 % 16 * PIECE, PIECE);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(files[i]->Close(files[i]), EFI_SUCCESS);
}

static void errors_of_readers(void **state)
{
    EFI_FILE_PROTOCOL *file = big_file();
    EFI_FILE_IO_TOKEN bad = token_at(0, BIG), lost = token_at(0, BIG);
    for (uint64_t lba = PARTITION_LBA; memcmp(ram.data + lba * BLOCK, big + 512, 512) != 0;)
        ram.error_lba = ++lba;
    assert_int_equal(file->ReadEx(file, &bad), EFI_SUCCESS);
    pass_ms(2);
    expect_done(&bad, EFI_DEVICE_ERROR, BIG);
    ram.silent = true;
    fake_cpu.tsc_step = 100000000; /* the half minute is over soon */
    assert_int_equal(file->SetPosition(file, 0), EFI_SUCCESS);
    assert_int_equal(file->ReadEx(file, &lost), EFI_SUCCESS);
    assert_int_equal(file->Close(file), EFI_SUCCESS);
    expect_done(&lost, EFI_ABORTED, BIG);
}

/* Nobody but the timer looks, and the disk says nothing. */
static void readers_of_a_silent_disk(void **state)
{
    EFI_FILE_PROTOCOL *file = big_file();
    EFI_FILE_IO_TOKEN lost = token_at(0, BIG);
    ram.silent = true;
    assert_int_equal(file->ReadEx(file, &lost), EFI_SUCCESS);
    pass_ms(29000);
    assert_int_equal(efi_check_event(lost.Event), EFI_NOT_READY);
    pass_ms(3000);
    expect_done(&lost, EFI_TIMEOUT, BIG);
    assert_true(ram.dead);
    assert_int_equal(file->Close(file), EFI_SUCCESS);
}

static const struct block_operations *usual;

static EFI_STATUS checked_submit(struct block_device *device, struct block_request *request)
{
    assert_int_equal(tpl_current(), TPL_CALLBACK);
    return usual->submit(device, request);
}

static void checked_poll(struct block_device *device)
{
    assert_int_equal(tpl_current(), TPL_CALLBACK);
    usual->poll(device);
}

/* The timer that looks after asynchronous requests never comes in between, not even while drivers
 * are started and stopped. */
static void the_disk_is_used_at_callback(void **state)
{
    root = NULL;
    disk_setup(state);
    ram.asynchronous = true;
    usual = ram.device.operations;
    struct block_operations checked = *usual;
    checked.submit = checked_submit;
    checked.poll = checked_poll;
    ram.device.operations = &checked;
    connect_disk();
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume =
        handle_interface(child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)),
                         GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL));
    assert_int_equal(volume->OpenVolume(volume, &root), EFI_SUCCESS);
    EFI_FILE_PROTOCOL *file = big_file();
    size_t size = BIG / 4;
    for (unsigned i = 0; i < 4; i++) /* a window is under way when the volume goes */
        assert_int_equal(file->Read(file, &size, back), EFI_SUCCESS);
    assert_int_equal(file->Close(file), EFI_SUCCESS);
    assert_int_equal(root->Close(root), EFI_SUCCESS);
    root = NULL;
    disk_teardown(state);
}

static void information(void **state)
{
    static const EFI_GUID unknown = {1, 2, 3, {4}};
    const EFI_GUID *const types[] = {GUID_OF(EFI_FILE_INFO), GUID_OF(EFI_FILE_SYSTEM_INFO),
                                     GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL)};
    size_t size;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        size = 0;
        assert_int_equal(root->GetInfo(root, types[i], &size, NULL), EFI_BUFFER_TOO_SMALL);
        size_t needed = size--;
        assert_int_equal(root->GetInfo(root, types[i], &size, info), EFI_BUFFER_TOO_SMALL);
        assert_int_equal(size, needed);
        assert_int_equal(root->GetInfo(root, types[i], &size, info), EFI_SUCCESS);
        assert_int_equal(root->SetInfo(root, types[i], 1, info), EFI_BAD_BUFFER_SIZE);
    }
    assert_memory_equal(info, u"VOLUME", sizeof u"VOLUME");
    assert_int_equal(root->GetInfo(root, &unknown, &size, info), EFI_UNSUPPORTED);
    assert_int_equal(root->SetInfo(root, &unknown, size, info), EFI_UNSUPPORTED);
    assert_int_equal(root->SetInfo(root, types[2], sizeof u"NEW", (void *)u"NEW"), EFI_SUCCESS);
    size = sizeof info_words;
    assert_int_equal(root->GetInfo(root, types[2], &size, info), EFI_SUCCESS);
    assert_memory_equal(info, u"NEW", sizeof u"NEW");
}

static void renaming(void **state)
{
    EFI_FILE_PROTOCOL *file = open_path(u"greeting.txt", EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE);
    size_t size = sizeof info_words;
    assert_int_equal(file->GetInfo(file, GUID_OF(EFI_FILE_INFO), &size, info), EFI_SUCCESS);
    memcpy(info->FileName, u"salute.txt", sizeof u"salute.txt");
    size = offsetof(EFI_FILE_INFO, FileName) + sizeof u"salute.txt";
    assert_int_equal(file->SetInfo(file, GUID_OF(EFI_FILE_INFO), size - 2, info),
                     EFI_BAD_BUFFER_SIZE); /* without the NUL */
    info->Attribute = 0x100;
    assert_int_equal(file->SetInfo(file, GUID_OF(EFI_FILE_INFO), size, info),
                     EFI_INVALID_PARAMETER);
    info->Attribute = EFI_FILE_ARCHIVE;
    info->FileSize = 5;
    assert_int_equal(file->SetInfo(file, GUID_OF(EFI_FILE_INFO), size, info), EFI_SUCCESS);
    assert_int_equal(file->Close(file), EFI_SUCCESS);
    file = open_path(u"EFI\\..\\SALUTE.TXT", EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE);
    char text[32];
    size = sizeof text;
    assert_int_equal(file->Read(file, &size, text), EFI_SUCCESS);
    assert_int_equal(size, 5);
    assert_int_equal(file->Delete(file), EFI_SUCCESS);
    assert_int_equal(root->Open(root, &file, u"salute.txt", EFI_FILE_MODE_READ, 0), EFI_NOT_FOUND);
}

/* Files are not pulled away under a program: the volume stays, and works, until they are closed. */
static void disconnecting_while_a_file_is_open(void **state)
{
    EFI_FILE_PROTOCOL *file = open_path(u"greeting.txt", EFI_FILE_MODE_READ);
    assert_int_equal(efi_disconnect_controller(disk_handle, NULL, NULL), EFI_DEVICE_ERROR);
    assert_int_equal(disk_uninstall(disk_handle, disk, &disk_path.vendor.Header),
                     EFI_ACCESS_DENIED);
    char text[32];
    size_t size = sizeof text;
    assert_int_equal(file->Read(file, &size, text), EFI_SUCCESS);
    assert_int_equal(size, 12);
    assert_int_equal(file->Close(file), EFI_SUCCESS);
    assert_int_equal(root->Close(root), EFI_SUCCESS);
    root = NULL;
    assert_int_equal(efi_disconnect_controller(disk_handle, NULL, NULL), EFI_SUCCESS);
    assert_null(child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)));
}

static void memory_runs_out(void **state)
{
    for (size_t n = 0; n < 12; n++) {
        EFI_FILE_PROTOCOL *file;
        host_fail_allocation_after(n);
        EFI_STATUS status =
            root->Open(root, &file, u"EFI\\..\\greeting.txt", EFI_FILE_MODE_READ, 0);
        host_fail_allocation_after(SIZE_MAX);
        if (status == EFI_SUCCESS)
            assert_int_equal(file->Close(file), EFI_SUCCESS);
        else
            assert_int_equal(status, EFI_OUT_OF_RESOURCES);
    }
}

int main(void)
{
    if (!fixture_has_tools())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_directory_through_short_buffers, volume_setup,
                                        volume_teardown),
        cmocka_unit_test_setup_teardown(reading_and_positions, volume_setup, volume_teardown),
        cmocka_unit_test_setup_teardown(tokens, volume_setup, volume_teardown),
        cmocka_unit_test_setup_teardown(reading_meanwhile, volume_setup, volume_teardown),
        cmocka_unit_test_setup_teardown(changes_wait_for_readers, volume_setup, volume_teardown),
        cmocka_unit_test_setup_teardown(readers_of_pieces, volume_setup, volume_teardown),
        cmocka_unit_test_setup_teardown(errors_of_readers, volume_setup, volume_teardown),
        cmocka_unit_test_setup_teardown(readers_of_a_silent_disk, volume_setup, volume_teardown),
        cmocka_unit_test(the_disk_is_used_at_callback),
        cmocka_unit_test_setup_teardown(information, volume_setup, volume_teardown),
        cmocka_unit_test_setup_teardown(renaming, volume_setup, volume_teardown),
        cmocka_unit_test_setup_teardown(disconnecting_while_a_file_is_open, volume_setup,
                                        volume_teardown),
        cmocka_unit_test_setup_teardown(memory_runs_out, volume_setup, volume_teardown),
    };
    return cmocka_run_group_tests(tests, install_bindings, NULL);
}
