/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/crash.h"

#include <stdbool.h>

#include "arch/apic.h"
#include "arch/paging.h"
#include "core/log.h"
#include "core/pages.h"
#include "efi/crash_post.h"
#include "efi/image.h"
#include "lib/memory.h"
#include "lib/printf.h"

#define VECTOR_PAGE_FAULT 14

/* Page fault error code (Intel SDM vol. 3 §4.7). */
#define FAULT_PRESENT  0x01u
#define FAULT_WRITE    0x02u
#define FAULT_RESERVED 0x08u
#define FAULT_FETCH    0x10u

#define STACK_WORDS_MAX 1024
#define CALLS_MAX       20
#define CODE_BYTES      16
#define CALL_LENGTH_MAX 7

/* From the linker script. */
extern char firmware_start[], firmware_text_end[];

static const char *exception_name(uint64_t vector)
{
    static const char *const names[] = {
        "divide error",
        "debug exception",
        "non-maskable interrupt",
        "breakpoint",
        "overflow",
        "bound range exceeded",
        "invalid opcode",
        "device not available",
        "double fault",
        "coprocessor segment overrun",
        "invalid TSS",
        "segment not present",
        "stack fault",
        "general protection fault",
        "page fault",
        "exception 15",
        "x87 floating-point error",
        "alignment check",
        "machine check",
        "SIMD floating-point exception",
        "virtualization exception",
        "control protection exception",
        [28] = "hypervisor injection exception",
        [29] = "VMM communication exception",
        [30] = "security exception",
    };
    const char *name = vector < ARRAY_SIZE(names) ? names[vector] : NULL;
    return name != NULL ? name : "reserved exception";
}

static bool is_ram(uint64_t address)
{
    if (address >> paging_physical_bits() != 0 || paging_query(address) == PAGE_NONE)
        return false;
    switch (pages_type(address)) {
    case EfiReservedMemoryType:
    case EfiUnusableMemory:
    case EfiMemoryMappedIO:
    case EfiMemoryMappedIOPortSpace:
    case EfiUnacceptedMemoryType:
    case EfiMaxMemoryType:
        return false;
    default:
        return true;
    }
}

static bool read_memory(uint64_t address, void *to, size_t size)
{
    if (address + size < address || !is_ram(address) || !is_ram(address + size - 1))
        return false;
    memcpy(to, (const void *)(uintptr_t)address, size);
    return true;
}

/* "name+0xoffset" of code that is known, else just the number. */
static void print_place(char *text, size_t size, uint64_t address)
{
    const struct image *image = image_at(address);
    uint64_t firmware = (uintptr_t)firmware_start;
    if (image != NULL)
        format_text(text, size, "%s+0x%llx", image->name,
                    (unsigned long long)(address - image->base));
    else if (address >= firmware && address < (uintptr_t)firmware_text_end)
        format_text(text, size, "firmware+0x%llx", (unsigned long long)(address - firmware));
    else
        format_text(text, size, "0x%llx", (unsigned long long)address);
}

static bool is_executable(uint64_t address)
{
    if (!is_ram(address))
        return false;
    enum page_access access = paging_query(address);
    return access == PAGE_READ_EXECUTE || access == PAGE_ALL;
}

/* Does a call instruction end at `address`? E8 with a 32-bit displacement, or FF /2 in any of its
 * lengths. */
static bool follows_call(uint64_t address)
{
    uint8_t code[CALL_LENGTH_MAX];
    if (address < sizeof code || !is_executable(address) ||
        !read_memory(address - sizeof code, code, sizeof code))
        return false;
    if (code[CALL_LENGTH_MAX - 5] == 0xe8)
        return true;
    for (unsigned length = 2; length <= CALL_LENGTH_MAX; length++)
        if (code[CALL_LENGTH_MAX - length] == 0xff &&
            (code[CALL_LENGTH_MAX - length + 1] >> 3 & 7) == 2)
            return true;
    return false;
}

/* Most code keeps no frame pointers, so whatever on the stack looks like a return address is shown.
 * Some of it is left over from calls that have returned. */
static void print_calls(uint64_t stack)
{
    unsigned calls = 0;
    if (!is_ram(stack)) /* it ran over: what it holds begins at the next page */
        stack = ALIGN_UP(stack, EFI_PAGE_SIZE);
    for (unsigned i = 0; i < STACK_WORDS_MAX && calls < CALLS_MAX; i++) {
        uint64_t word;
        char place[96];
        if (!read_memory(stack + i * sizeof word, &word, sizeof word))
            break;
        if (!follows_call(word))
            continue;
        print_place(place, sizeof place, word);
        log_error("  called from %s", place);
        calls++;
    }
}

static void print_page_fault(uint64_t error, uint64_t cr2)
{
    const char *what = "read from";
    if ((error & FAULT_FETCH) != 0)
        what = "execution of";
    else if ((error & FAULT_WRITE) != 0)
        what = "write to";
    const char *why = "not mapped";
    if ((error & FAULT_RESERVED) != 0)
        why = "broken page table";
    else if ((error & FAULT_PRESENT) != 0)
        why = "forbidden";
    char place[96];
    print_place(place, sizeof place, cr2);
    log_error("  %s 0x%llx (%s): %s", what, (unsigned long long)cr2, place, why);
}

static void print_code(uint64_t rip)
{
    uint8_t code[CODE_BYTES];
    char text[CODE_BYTES * 3 + 1] = "";
    if (!read_memory(rip, code, sizeof code))
        return;
    for (unsigned i = 0; i < sizeof code; i++)
        format_text(text + 3 * i, sizeof text - 3 * i, " %02x", code[i]);
    log_error("  code%s", text);
}

/* Three in a row fit on a terminal of 80 columns. */
static void print_registers(const struct interrupt_frame *f)
{
    const struct {
        const char *name[3];
        uint64_t value[3];
    } rows[] = {
        {{"rax", "rbx", "rcx"}, {f->rax, f->rbx, f->rcx}},
        {{"rdx", "rsi", "rdi"}, {f->rdx, f->rsi, f->rdi}},
        {{"rbp", "rsp", "rip"}, {f->rbp, f->rsp, f->rip}},
        {{"r8 ", "r9 ", "r10"}, {f->r8, f->r9, f->r10}},
        {{"r11", "r12", "r13"}, {f->r11, f->r12, f->r13}},
        {{"r14", "r15", "efl"}, {f->r14, f->r15, f->rflags}},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        log_error("  %s %016llx  %s %016llx  %s %016llx", rows[i].name[0],
                  (unsigned long long)rows[i].value[0], rows[i].name[1],
                  (unsigned long long)rows[i].value[1], rows[i].name[2],
                  (unsigned long long)rows[i].value[2]);
}

static void report(const struct crash *crash)
{
    static bool reporting;
    if (__atomic_exchange_n(&reporting, true, __ATOMIC_SEQ_CST))
        return;

    const struct interrupt_frame *frame = &crash->frame;
    const struct image *running = crash->on_boot_processor ? image_current() : NULL;
    char place[96];
    print_place(place, sizeof place, frame->rip);
    log_error("%s (vector %llu, error 0x%llx) at %s", exception_name(frame->vector),
              (unsigned long long)frame->vector, (unsigned long long)frame->error_code, place);
    if (!crash->on_boot_processor)
        log_error("  on the application processor with APIC id %u", crash->apic_id);
    if (frame->vector == VECTOR_PAGE_FAULT)
        print_page_fault(frame->error_code, crash->cr2);
    if (running != NULL)
        log_error("  while %s (at 0x%llx) was running", running->name,
                  (unsigned long long)running->base);
    print_registers(frame);
    print_code(frame->rip);
    print_calls(frame->rsp);
    __atomic_store_n(&reporting, false, __ATOMIC_SEQ_CST);
}

void crash_report(const struct interrupt_frame *frame, uint64_t cr2)
{
    struct crash crash = {
        .frame = *frame,
        .cr2 = cr2,
        .on_boot_processor = apic_is_boot_processor(),
        .report = report,
    };
    if (crash.on_boot_processor) {
        report(&crash);
    } else {
        crash.apic_id = apic_id();
        crash_post(&crash);
    }
}
