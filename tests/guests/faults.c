/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Breaks one rule of memory protection (DESIGN decision 10): which one, the load options say
 * ("fault=NAME"). When the firmware lets it, the program goes on and tells "survived". */
#include "efi/guid.h"
#include "efi/protocol/memory_attribute.h"
#include "efi/protocol/mp_services.h"
#include "guests/guest.h"

#define RET       0xc3
#define PAGE      4096u
#define NEAR_NULL ((volatile uint8_t *)(uintptr_t)0x20)
#define REGISTERS ((const volatile uint8_t *)(uintptr_t)0xfee00000) /* of the local APIC */

/* Found again in the report. */
#define MARK 0x1122334455667788ull

static uint8_t data[16] = {RET};
static const uint8_t constant[16] = {RET};

/* The compiler must know nothing of where it points. */
static volatile uint8_t *hide(const volatile void *pointer)
{
    uintptr_t address = (uintptr_t)pointer;
    __asm__ volatile("" : "+r"(address));
    return (volatile uint8_t *)address;
}

/* As long as these run R12 has the mark. */
static void execute(const volatile void *code)
{
    __asm__ volatile("movq %1, %%r12\n\tcallq *%0"
                     :
                     : "r"(hide(code)), "r"(MARK)
                     : "r12", "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "memory", "cc");
}

static void write(const volatile void *where)
{
    __asm__ volatile("movq %1, %%r12\n\tmovb $0xcc, (%0)"
                     :
                     : "r"(hide(where)), "r"(MARK)
                     : "r12", "memory");
}

static void read(const volatile void *where)
{
    __asm__ volatile("movq %1, %%r12\n\tmovb (%0), %%al"
                     :
                     : "r"(hide(where)), "r"(MARK)
                     : "r12", "rax", "memory");
}

static uint8_t *pages(EFI_MEMORY_TYPE type)
{
    EFI_PHYSICAL_ADDRESS address = 0;
    if (EFI_ERROR(st->BootServices->AllocatePages(AllocateAnyPages, type, 1, &address)))
        return NULL;
    uint8_t *memory = (uint8_t *)(uintptr_t)address;
    memory[0] = RET;
    return memory;
}

static void execute_pool(void)
{
    void *memory;
    if (EFI_ERROR(st->BootServices->AllocatePool(EfiLoaderData, 64, &memory)))
        return;
    *(uint8_t *)memory = RET;
    execute(memory);
}

/* Code that is made executable, run, and made data again. */
static void execute_protected(void)
{
    static const EFI_GUID guid = EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID;
    EFI_MEMORY_ATTRIBUTE_PROTOCOL *attributes;
    if (EFI_ERROR(st->BootServices->LocateProtocol(&guid, NULL, (void **)&attributes))) {
        tell("no-protocol", 0);
        return;
    }
    uint8_t *code = pages(EfiLoaderCode);
    uint64_t at = (uintptr_t)code;
    check("make-code",
          !EFI_ERROR(attributes->SetMemoryAttributes(attributes, at, PAGE, EFI_MEMORY_RO)) &&
              !EFI_ERROR(attributes->ClearMemoryAttributes(attributes, at, PAGE, EFI_MEMORY_XP)));
    execute(code);
    tell("executed", 0);
    check("make-data",
          !EFI_ERROR(attributes->SetMemoryAttributes(attributes, at, PAGE, EFI_MEMORY_XP)));
    execute(code);
}

/* No call is so large that it could step over the guard page. */
static uint64_t overflow(uint64_t depth)
{
    volatile uint8_t room[512];
    room[0] = (uint8_t)depth;
    return depth < MARK ? overflow(depth + 1) + room[0] : room[0];
}

static void execute_stack(void)
{
    volatile uint8_t code[16] = {RET};
    execute(code);
}

static void EFIAPI write_null(void *argument)
{
    write(NEAR_NULL);
}

/* On the last processor; nobody waits for it for ever. */
static void fault_elsewhere(void)
{
    static const EFI_GUID guid = EFI_MP_SERVICES_PROTOCOL_GUID;
    EFI_MP_SERVICES_PROTOCOL *mp;
    size_t count, enabled;
    if (EFI_ERROR(st->BootServices->LocateProtocol(&guid, NULL, (void **)&mp)) ||
        EFI_ERROR(mp->GetNumberOfProcessors(mp, &count, &enabled)))
        return;
    EFI_STATUS status = mp->StartupThisAP(mp, write_null, count - 1, NULL, 10000000, NULL, NULL);
    tell("elsewhere", status & 0xff);
}

static void fault(const char *name);

static const struct {
    const char *name;
    void (*special)(void);
    void (*how)(const volatile void *where);
    const volatile void *where;
} faults[] = {
    {"execute-data", NULL, execute, data},
    {"execute-constant", NULL, execute, constant},
    {"write-code", NULL, write, (const void *)(uintptr_t)fault},
    {"write-constant", NULL, write, constant},
    {"null-read", NULL, read, NEAR_NULL},
    {"null-write", NULL, write, NEAR_NULL},
    {"null-execute", NULL, execute, NEAR_NULL},
    {"execute-stack", execute_stack, NULL, NULL},
    {"execute-pool", execute_pool, NULL, NULL},
    {"execute-protected", execute_protected, NULL, NULL},
    {"execute-registers", NULL, execute, REGISTERS},
    {"null-write-elsewhere", fault_elsewhere, NULL, NULL},
};

static bool is(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* What is found only at run time. */
static void fault_of_firmware(const char *name)
{
    if (is(name, "write-firmware-code"))
        write((const void *)(uintptr_t)st->BootServices->AllocatePool);
    else if (is(name, "write-runtime-code"))
        write((const void *)(uintptr_t)st->RuntimeServices->GetTime);
    else if (is(name, "execute-firmware-data"))
        execute(st->BootServices);
    else if (is(name, "execute-runtime-data"))
        execute(st->RuntimeServices);
    else if (is(name, "write-headers"))
        write(image_base());
    else if (is(name, "stack-overflow"))
        tell("depth", overflow(0));
    else if (is(name, "execute-loader-data"))
        execute(pages(EfiLoaderData));
    else if (is(name, "execute-boot-data"))
        execute(pages(EfiBootServicesData));
}

static __attribute__((noinline)) void fault(const char *name)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (!is(name, faults[i].name))
            continue;
        if (faults[i].special != NULL)
            faults[i].special();
        else
            faults[i].how(faults[i].where);
    }
    fault_of_firmware(name);
    tell("survived", 0);
}

EFI_STATUS guest_main(void)
{
    char name[32];
    if (option("fault", name, sizeof name) == 0)
        return EFI_INVALID_PARAMETER;
    fault(name);
    return EFI_SUCCESS;
}
