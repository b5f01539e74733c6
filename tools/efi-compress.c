/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* efi-compress FILE OUTPUT: the shell's eficompress, on the machine that builds. */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/compress/compress.h"
#include "shell/memory.h"

void *shell_alloc(size_t size)
{
    return malloc(size);
}

void shell_free(void *memory)
{
    free(memory);
}

/* NULL: it cannot be read. */
static void *read_file(const char *name, size_t *ret_size)
{
    FILE *file = fopen(name, "rb");
    char *data = NULL;
    size_t size = 0, capacity = 0;
    while (file != NULL && !feof(file) && !ferror(file)) {
        if (size == capacity) {
            capacity = 2 * capacity + 65536;
            char *larger = realloc(data, capacity);
            if (larger == NULL)
                break;
            data = larger;
        }
        size += fread(data + size, 1, capacity - size, file);
    }
    bool whole = file != NULL && feof(file);
    if (file != NULL)
        fclose(file);
    *ret_size = size;
    if (whole)
        return data;
    free(data);
    return NULL;
}

static bool write_file(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(name, "wb");
    bool written = file != NULL && fwrite(data, 1, size, file) == size;
    return (file == NULL || fclose(file) == 0) && written;
}

int main(int argc, char **argv)
{
    size_t size;
    if (argc != 3) {
        fprintf(stderr, "usage: efi-compress FILE OUTPUT\n");
        return 2;
    }
    void *data = read_file(argv[1], &size);
    if (data == NULL) {
        perror(argv[1]);
        return 1;
    }
    void *compressed = compress(data, size, &size);
    bool written = compressed != NULL && write_file(argv[2], compressed, size);
    if (!written)
        perror(argv[2]);
    free(compressed);
    free(data);
    return written ? 0 : 1;
}
