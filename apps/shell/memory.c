/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/memory.h"

#include "lib/memory.h"

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    _Alignas(16) uint8_t data[];
};

#define BLOCK_SIZE (4096 - sizeof(struct arena_block))

void *arena_alloc(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;
    if (size > SIZE_MAX / 2)
        return NULL;
    size = ALIGN_UP(size, 16);
    if (block == NULL || block->size - block->used < size) {
        size_t capacity = MAX(size, BLOCK_SIZE);
        block = shell_alloc(sizeof *block + capacity);
        if (block == NULL)
            return NULL;
        *block = (struct arena_block){.next = arena->blocks, .size = capacity};
        arena->blocks = block;
    }
    void *memory = block->data + block->used;
    block->used += size;
    memset(memory, 0, size);
    return memory;
}

char16_t *arena_copy(struct arena *arena, const char16_t *text, size_t length)
{
    char16_t *copy = arena_alloc(arena, (length + 1) * sizeof *copy);
    if (copy != NULL)
        memcpy(copy, text, length * sizeof *copy);
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->next;
        shell_free(block);
    }
}
