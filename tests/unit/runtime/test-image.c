/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The runtime image itself, loaded into this process as the firmware loads it, then moved by
 * SetVirtualAddressMap: the same memory is mapped at another address, and the old one is taken
 * away. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "efi/pe.h"
#include "lib/crc32.h"
#include "runtime/runtime.h"

#define NV_BS_RT 7u
#define BS_RT    6u
#define BS       2u
#define CLI      0xfa

static const char *image_path;
static const EFI_GUID guid = {0xd719b2cb, 0x3d3a, 0x4596, {1, 2, 3, 4, 5, 6, 7, 8}};

/* Only the kernel may turn interrupts off. */
static void pass_over_cli(int signal, siginfo_t *info, void *context)
{
    ucontext_t *at = context;
    const uint8_t *instruction = (const uint8_t *)at->uc_mcontext.gregs[REG_RIP];
    if (*instruction != CLI)
        _exit(3);
    at->uc_mcontext.gregs[REG_RIP]++;
}

static void load(struct pe_image *image, int *ret_memory, uint8_t **ret_place)
{
    static uint8_t file[1 << 20];
    FILE *stream = fopen(image_path, "rb");
    assert_non_null(stream);
    size_t size = fread(file, 1, sizeof file, stream);
    fclose(stream);
    const char *problem;
    assert_int_equal(pe_parse(file, size, image, &problem), EFI_SUCCESS);
    assert_int_equal(image->subsystem, PE_SUBSYSTEM_EFI_RUNTIME_DRIVER);
    assert_true(image->page_sections);

    *ret_memory = memfd_create("runtime", 0);
    assert_int_equal(ftruncate(*ret_memory, (off_t)image->image_size), 0);
    *ret_place = mmap(NULL, image->image_size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED,
                      *ret_memory, 0);
    assert_true(*ret_place != MAP_FAILED);
    pe_place(image, *ret_place);
    assert_int_equal(pe_relocate(image, *ret_place, (uint64_t)(uintptr_t)*ret_place, &problem),
                     EFI_SUCCESS);
}

/* As the OS' page tables may be while it changes to virtual addresses, and for ever after: what the
 * memory attributes table calls read-only is read-only. */
static void protect(const struct pe_image *image, uint8_t *place)
{
    assert_int_equal(mprotect(place, EFI_PAGE_SIZE, PROT_READ), 0);
    for (uint32_t i = 0; i < image->section_count; i++) {
        struct pe_section section = pe_section_at(image, i);
        int access =
            PROT_READ | (section.writable ? PROT_WRITE : 0) | (section.executable ? PROT_EXEC : 0);
        assert_int_equal(mprotect(place + section.address, section.size, access), 0);
    }
}

static unsigned events;

static void EFIAPI notify(EFI_EVENT event, void *context)
{
    assert_ptr_equal(event, &events);
    events++;
}

static void use_variables(EFI_RUNTIME_SERVICES *rt)
{
    static char data[5000];
    size_t size = sizeof data;
    uint64_t storage, left, most;
    for (unsigned i = 0; i < 100; i++) {
        memset(data, (int)i, sizeof data);
        assert_int_equal(rt->SetVariable(u"Often", &guid, NV_BS_RT, sizeof data, data),
                         EFI_SUCCESS);
    }
    data[0] = 0;
    assert_int_equal(rt->GetVariable(u"Often", &guid, NULL, &size, data), EFI_SUCCESS);
    assert_int_equal(data[0], 99);
    assert_int_equal(rt->QueryVariableInfo(NV_BS_RT, &storage, &left, &most), EFI_SUCCESS);
    assert_in_range(left, 1, storage - sizeof data);
}

static unsigned count_names(EFI_RUNTIME_SERVICES *rt)
{
    char16_t name[32] = {0};
    EFI_GUID vendor;
    unsigned count = 0;
    for (size_t size = sizeof name; rt->GetNextVariableName(&size, name, &vendor) == EFI_SUCCESS;
         size = sizeof name)
        count++;
    return count;
}

static void test_lives_on_elsewhere(void **state)
{
    struct sigaction action = {.sa_sigaction = pass_over_cli, .sa_flags = SA_SIGINFO};
    struct pe_image image;
    int memory;
    uint8_t *place;
    assert_int_equal(sigaction(SIGSEGV, &action, NULL), 0); /* instead of cmocka's */
    load(&image, &memory, &place);
    protect(&image, place);

    struct runtime_config config = {.image_base = (uint64_t)(uintptr_t)place,
                                    .image_size = image.image_size};
    struct runtime_interface interface;
    runtime_entry_fn entry = (runtime_entry_fn)(uintptr_t)(place + image.entry_point);
    assert_int_equal(entry(&config, &interface), EFI_SUCCESS);
    EFI_RUNTIME_SERVICES *rt = interface.services;
    assert_int_equal(rt->SetVariable(u"Lasting", &guid, NV_BS_RT, 3, "abc"), EFI_SUCCESS);
    assert_int_equal(rt->SetVariable(u"Volatile", &guid, BS_RT, 3, "xyz"), EFI_SUCCESS);
    assert_int_equal(rt->SetVariable(u"Gone", &guid, BS, 3, "xyz"), EFI_SUCCESS);
    use_variables(rt);
    assert_int_equal(interface.add_virtual_address_event(&events, notify, NULL, TPL_NOTIFY),
                     EFI_SUCCESS);
    interface.exit_boot_services();
    assert_int_equal(count_names(rt), 3);

    uint8_t *moved =
        mmap(NULL, image.image_size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, memory, 0);
    assert_true(moved != MAP_FAILED);
    protect(&image, moved);
    EFI_MEMORY_DESCRIPTOR map = {.Type = EfiRuntimeServicesCode,
                                 .PhysicalStart = (uint64_t)(uintptr_t)place,
                                 .VirtualStart = (uint64_t)(uintptr_t)moved,
                                 .NumberOfPages = image.image_size / EFI_PAGE_SIZE,
                                 .Attribute = EFI_MEMORY_RUNTIME};
    EFI_SYSTEM_TABLE *st = (void *)(moved + ((uint8_t *)interface.system_table - place));
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map, 1, &map), EFI_SUCCESS);
    assert_int_equal(events, 1);
    assert_int_equal(munmap(place, image.image_size), 0);
    assert_ptr_equal(
        mmap(place, image.image_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
        place);

    rt = st->RuntimeServices;
    uint32_t high, crc = rt->Hdr.CRC32;
    assert_memory_equal(st->FirmwareVendor, u"CloudHv", sizeof u"CloudHv");
    rt->Hdr.CRC32 = 0;
    assert_int_equal(crc32(rt, rt->Hdr.HeaderSize), crc);
    assert_int_equal(count_names(rt), 3);
    use_variables(rt);
    assert_int_equal(rt->GetNextHighMonotonicCount(&high), EFI_SUCCESS);
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map, 1, &map), EFI_UNSUPPORTED);
    assert_int_equal(rt->GetTime(&(EFI_TIME){0}, NULL), EFI_UNSUPPORTED);
    munmap(moved, image.image_size);
    close(memory);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lives_on_elsewhere)};
    if (argc != 2)
        return 2;
    image_path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
