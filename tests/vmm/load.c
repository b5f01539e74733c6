/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/machine.h"

/* The rules of linux-loader 0.14 (platforms/cloud-hypervisor.md §1.5): classes and machines are not
 * checked, BSS is not cleared, the last PT_NOTE wins. */

#define NOTE_PHYS32_ENTRY 18
#define LOWEST_ENTRY      0x100000

static uint8_t *read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die("%s: cannot be opened", path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *data = malloc((size_t)size + 1);
    if (size < 0 || fread(data, 1, (size_t)size, file) != (size_t)size)
        die("%s: cannot be read", path);
    fclose(file);
    *ret_size = (size_t)size;
    return data;
}

static void take_note(struct vm *vm, const uint8_t *note, uint64_t size)
{
    for (uint64_t at = 0; at + 12 <= size;) {
        uint32_t name_size, size_of_description, type;
        memcpy(&name_size, note + at, 4);
        memcpy(&size_of_description, note + at + 4, 4);
        memcpy(&type, note + at + 8, 4);
        uint64_t name = at + 12, description = name + ((name_size + 3ull) & ~3ull);
        if (description + size_of_description > size)
            return;
        if (name_size == 4 && memcmp(note + name, "Xen", 4) == 0 && type == NOTE_PHYS32_ENTRY &&
            size_of_description >= 4)
            memcpy(&vm->entry, note + description, 4);
        at = description + ((size_of_description + 3ull) & ~3ull);
    }
}

void load_kernel(struct vm *vm)
{
    size_t size;
    const char *path = vm->options->kernel;
    uint8_t *file = read_file(path, &size);
    Elf64_Ehdr header;
    if (size < sizeof header || memcmp(file, ELFMAG, 4) != 0 || file[EI_DATA] != ELFDATA2LSB)
        die("%s: no ELF file", path);
    memcpy(&header, file, sizeof header);
    if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff < sizeof header ||
        header.e_entry < LOWEST_ENTRY ||
        header.e_phoff + header.e_phnum * sizeof(Elf64_Phdr) > size)
        die("%s: Cloud Hypervisor would not load it", path);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        memcpy(&segment, file + header.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
            die("%s: segment %u is not in the file", path, i);
        if (segment.p_type == PT_NOTE)
            take_note(vm, file + segment.p_offset, segment.p_filesz);
        if (segment.p_type != PT_LOAD || segment.p_filesz == 0)
            continue;
        void *to = vm_memory(vm, segment.p_paddr, segment.p_filesz);
        if (to == NULL)
            die("%s: segment %u is not in RAM", path, i);
        memcpy(to, file + segment.p_offset, segment.p_filesz);
    }
    if (vm->entry == 0)
        die("%s: missing PVH header", path);
    free(file);
}
