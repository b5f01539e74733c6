/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/environment.h"
#include "shell/memory.h"
#include "shell/streams/stream.h"
#include "shell/text.h"

/* Pipes and environment variables. */

#define LARGEST_PIPE (64u << 20) /* bytes */

struct memory_stream {
    struct stream stream;
    uint8_t *data;
    size_t size, capacity, position;
    char16_t *variable; /* set from the content when it is closed; NULL: none */
};

static struct memory_stream *memory_of(struct stream *stream)
{
    return CONTAINER_OF(stream, struct memory_stream, stream);
}

static EFI_STATUS memory_write(struct stream *stream, const void *data, size_t size)
{
    struct memory_stream *m = memory_of(stream);
    if (size > LARGEST_PIPE - m->size)
        return EFI_VOLUME_FULL;
    if (m->size + size > m->capacity) {
        size_t capacity = MAX(m->size + size, m->capacity * 2);
        uint8_t *larger = shell_alloc(capacity);
        if (larger == NULL)
            return EFI_OUT_OF_RESOURCES;
        if (m->size > 0)
            memcpy(larger, m->data, m->size);
        shell_free(m->data);
        m->data = larger;
        m->capacity = capacity;
    }
    memcpy(m->data + m->size, data, size);
    m->size += size;
    return EFI_SUCCESS;
}

static EFI_STATUS memory_read(struct stream *stream, void *data, size_t *size)
{
    struct memory_stream *m = memory_of(stream);
    *size = MIN(*size, m->size - m->position);
    if (*size > 0)
        memcpy(data, m->data + m->position, *size);
    m->position += *size;
    return EFI_SUCCESS;
}

/* The variable gets the text without the line ends at its end. */
static EFI_STATUS set_variable(struct memory_stream *m)
{
    struct text value = {0};
    text_append(&value, (const char16_t *)(const void *)m->data, m->size / sizeof(char16_t));
    while (value.length > 0 &&
           (value.data[value.length - 1] == '\n' || value.data[value.length - 1] == '\r'))
        value.data[--value.length] = 0;
    EFI_STATUS status = value.failed
                            ? EFI_OUT_OF_RESOURCES
                            : definition_set(&environment, m->variable, text_string(&value), true);
    text_free(&value);
    return status == EFI_NOT_FOUND ? EFI_SUCCESS : status; /* empty, and not defined before */
}

static EFI_STATUS memory_close(struct stream *stream)
{
    struct memory_stream *m = memory_of(stream);
    EFI_STATUS status = m->variable != NULL ? set_variable(m) : EFI_SUCCESS;
    shell_free(m->variable);
    shell_free(m->data);
    shell_free(m);
    return status;
}

static struct memory_stream *open_memory(void)
{
    struct memory_stream *m = shell_alloc(sizeof *m);
    if (m == NULL)
        return NULL;
    *m = (struct memory_stream){
        .stream = {.write = memory_write, .read = memory_read, .close = memory_close}};
    stream_init(&m->stream);
    return m;
}

EFI_FILE_PROTOCOL *stream_open_memory(void)
{
    struct memory_stream *m = open_memory();
    return m != NULL ? &m->stream.file : NULL;
}

void stream_rewind_memory(EFI_FILE_PROTOCOL *file)
{
    memory_of(CONTAINER_OF(file, struct stream, file))->position = 0;
}

EFI_STATUS stream_open_variable(const char16_t *name, bool append, bool write,
                                EFI_FILE_PROTOCOL **ret)
{
    const char16_t *value = environment_get(name);
    if (!write && value == NULL)
        return EFI_NOT_FOUND;
    struct memory_stream *m = open_memory();
    if (m == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = EFI_SUCCESS;
    if (value != NULL && (append || !write))
        status = memory_write(&m->stream, value, ucs2_length(value, SIZE_MAX) * sizeof *value);
    if (!EFI_ERROR(status) && write) {
        struct text copy = {0};
        text_append_string(&copy, name);
        m->variable = text_take(&copy);
        if (m->variable == NULL)
            status = EFI_OUT_OF_RESOURCES;
    }
    if (EFI_ERROR(status)) {
        (void)memory_close(&m->stream);
        return status;
    }
    *ret = &m->stream.file;
    return EFI_SUCCESS;
}
