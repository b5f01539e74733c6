/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_OUT_OF_RESOURCES: services when all memory is taken. Nothing is printed meanwhile. */
#include "lib/memory.h"
#include "selftest/fixture.h"

#define BLOCKS    4096
#define ENOUGH    100000u /* calls, until one must have failed */
#define MAX_ORDER 40

static struct {
    EFI_PHYSICAL_ADDRESS base;
    size_t pages;
} blocks[BLOCKS];
static size_t block_count;

/* Pool buffers, each of which points to the one before. */
static void *chain;

static void take_all(void)
{
    block_count = 0;
    chain = NULL;
    for (size_t pages = (size_t)1 << MAX_ORDER; pages > 0; pages /= 2) {
        EFI_PHYSICAL_ADDRESS base;
        while (block_count < BLOCKS &&
               !EFI_ERROR(bs->AllocatePages(AllocateAnyPages, EfiLoaderData, pages, &base))) {
            blocks[block_count].base = base;
            blocks[block_count++].pages = pages;
        }
    }
    static const EFI_MEMORY_TYPE types[] = {EfiBootServicesData, EfiRuntimeServicesData};
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        for (size_t size = 2048; size >= 16; size /= 2) {
            void *buffer;
            while (!EFI_ERROR(bs->AllocatePool(types[i], size, &buffer))) {
                *(void **)buffer = chain;
                chain = buffer;
            }
        }
    }
}

static void give_back(void)
{
    while (chain != NULL) {
        void *buffer = chain;
        chain = *(void **)buffer;
        bs->FreePool(buffer);
    }
    while (block_count > 0) {
        block_count--;
        bs->FreePages(blocks[block_count].base, blocks[block_count].pages);
    }
}

static void memory_services(void)
{
    EFI_PHYSICAL_ADDRESS memory;
    void *pool;
    take_all();
    EFI_STATUS pages = bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &memory);
    EFI_STATUS small = bs->AllocatePool(EfiBootServicesData, 16, &pool);
    give_back();
    EXPECT(EFI_OUT_OF_RESOURCES, pages /* AllocatePages */);
    EXPECT(EFI_OUT_OF_RESOURCES, small /* AllocatePool */);
    EXPECT(EFI_SUCCESS, bs->AllocatePool(EfiBootServicesData, 16, &pool));
    EXPECT(EFI_SUCCESS, bs->FreePool(pool));
}

static EFI_EVENT some_events[4096];

static void events(void)
{
    struct counter counter = {0};
    EFI_STATUS status = EFI_SUCCESS, grouped = EFI_SUCCESS;
    size_t count = 0;
    take_all();
    while (count < ARRAY_SIZE(some_events) && !EFI_ERROR(status)) {
        status = bs->CreateEvent(0, 0, NULL, NULL, &some_events[count]);
        count += !EFI_ERROR(status);
    }
    EFI_EVENT event;
    grouped = bs->CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, count_notification, &counter,
                                GUID_OF(TEST_A), &event);
    while (count > 0)
        bs->CloseEvent(some_events[--count]);
    give_back();
    EXPECT(EFI_OUT_OF_RESOURCES, status /* CreateEvent */);
    EXPECT(EFI_OUT_OF_RESOURCES, grouped /* CreateEventEx */);
}

static void handles(void)
{
    static EFI_HANDLE some[4096];
    EFI_STATUS status = EFI_SUCCESS, multiple;
    size_t count = 0;
    take_all();
    while (count < ARRAY_SIZE(some) && !EFI_ERROR(status)) {
        some[count] = NULL;
        status = bs->InstallProtocolInterface(&some[count], GUID_OF(TEST_A), EFI_NATIVE_INTERFACE,
                                              &interface_a);
        count += !EFI_ERROR(status);
    }
    EFI_HANDLE handle = NULL;
    multiple = bs->InstallMultipleProtocolInterfaces(&handle, GUID_OF(TEST_A), &interface_a,
                                                     GUID_OF(TEST_B), &interface_b, NULL);
    while (count > 0)
        bs->UninstallProtocolInterface(some[--count], GUID_OF(TEST_A), &interface_a);
    give_back();
    EXPECT(EFI_OUT_OF_RESOURCES, status /* InstallProtocolInterface */);
    EXPECT(EFI_OUT_OF_RESOURCES, multiple /* InstallMultipleProtocolInterfaces */);
    CHECK(handle == NULL);
}

/* Services that return a buffer. */
static void buffers(void)
{
    EFI_HANDLE handle = make_handle(), *found;
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    EFI_GUID **guids;
    size_t count;
    take_all();
    EFI_STATUS locate = bs->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &found);
    EFI_STATUS protocols = bs->ProtocolsPerHandle(handle, &guids, &count);
    EFI_STATUS information = bs->OpenProtocolInformation(handle, GUID_OF(TEST_A), &entries, &count);
    give_back();
    EXPECT(EFI_OUT_OF_RESOURCES, locate /* LocateHandleBuffer */);
    EXPECT(EFI_OUT_OF_RESOURCES, protocols /* ProtocolsPerHandle */);
    EXPECT(EFI_OUT_OF_RESOURCES, information /* OpenProtocolInformation */);
    drop_handle(handle);
}

static void notify(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    EFI_STATUS status = EFI_SUCCESS;
    void *registration;
    take_all();
    for (unsigned i = 0; i < ENOUGH && !EFI_ERROR(status); i++)
        status = bs->RegisterProtocolNotify(GUID_OF(TEST_B), event, &registration);
    give_back();
    EXPECT(EFI_OUT_OF_RESOURCES, status /* RegisterProtocolNotify */);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void opens(void)
{
    EFI_HANDLE handle = make_handle();
    EFI_STATUS status = EFI_SUCCESS;
    void *interface;
    take_all();
    status = bs->OpenProtocol(handle, GUID_OF(TEST_A), &interface, self, NULL,
                              EFI_OPEN_PROTOCOL_GET_PROTOCOL);
    give_back();
    CHECK(status == EFI_OUT_OF_RESOURCES || status == EFI_SUCCESS);
    drop_handle(handle);
}

static const struct selftest tests[] = {
    {"memory", memory_services}, {"events", events}, {"handles", handles},
    {"buffers", buffers},        {"notify", notify}, {"opens", opens},
};

const struct topic topic_exhaustion = TOPIC("exhaustion", tests);
