/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/fuse_server.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One request as it is worked on. */
struct exchange {
    struct fuse_server *server;
    struct fuse_in_header header;
    struct fuse_server_node *node;
    const uint8_t *arguments; /* and what follows them */
    size_t size;
    uint8_t *result;
    uint32_t room, length;
};

static void forbidden(struct fuse_server *server, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    if (!server->failed)
        vsnprintf(server->failure, sizeof server->failure, format, list);
    server->failed = true;
    va_end(list);
}

unsigned fuse_server_find(const struct fuse_server *server, unsigned parent, const char *name)
{
    for (unsigned i = 1; i < FUSE_SERVER_NODES; i++)
        if (server->nodes[i].used && server->nodes[i].mode != 0 &&
            server->nodes[i].parent == parent && strcmp(server->nodes[i].name, name) == 0)
            return i;
    return 0;
}

unsigned fuse_server_add(struct fuse_server *server, unsigned parent, const char *name,
                         uint32_t mode, const void *data, size_t size)
{
    unsigned i = 1;
    while (i < FUSE_SERVER_NODES && server->nodes[i].used)
        i++;
    if (i == FUSE_SERVER_NODES)
        return 0;
    struct fuse_server_node *node = &server->nodes[i];
    *node = (struct fuse_server_node){.used = true, .parent = parent, .mode = mode};
    snprintf(node->name, sizeof node->name, "%s", name);
    node->data = calloc(1, FUSE_SERVER_DATA);
    if (node->data == NULL)
        abort();
    if (size > 0)
        memcpy(node->data, data, size);
    node->size = size;
    node->atime = node->mtime = 1000000000;
    return i;
}

uint64_t fuse_server_lookups(const struct fuse_server *server)
{
    uint64_t count = 0;
    for (unsigned i = 1; i < FUSE_SERVER_NODES; i++)
        count += server->nodes[i].lookups;
    return count;
}

static unsigned index_of(const struct exchange *x)
{
    return (unsigned)(x->node - x->server->nodes);
}

/* Takes the arguments off the front. */
static const void *take(struct exchange *x, size_t size)
{
    static const uint8_t nothing[128];
    if (x->size < size) {
        forbidden(x->server, "request %u with %u bytes", x->header.opcode, (unsigned)x->size);
        return nothing;
    }
    const void *arguments = x->arguments;
    x->arguments += size;
    x->size -= size;
    return arguments;
}

static const char *take_name(struct exchange *x)
{
    const char *name = (const char *)x->arguments;
    const uint8_t *end = x->size > 0 ? memchr(x->arguments, 0, x->size) : NULL;
    if (end == NULL || end == x->arguments || strchr(name, '/') != NULL) {
        forbidden(x->server, "request %u without a name", x->header.opcode);
        return "?";
    }
    return take(x, (size_t)(end + 1 - x->arguments));
}

static void give(struct exchange *x, const void *data, size_t size)
{
    if (size > x->room - x->length)
        forbidden(x->server, "request %u: no room for %u bytes", x->header.opcode, (unsigned)size);
    else
        memcpy(x->result + x->length, data, size);
    if (size <= x->room - x->length)
        x->length += (uint32_t)size;
}

static struct fuse_attr attributes(const struct fuse_server *server, unsigned i)
{
    const struct fuse_server_node *node = &server->nodes[i];
    return (struct fuse_attr){.ino = i + 1,
                              .size = node->size,
                              .blocks = (node->size + 511) / 512,
                              .atime = node->atime,
                              .mtime = node->mtime,
                              .mtimensec = 5,
                              .mode = node->mode,
                              .nlink = 1};
}

static void give_entry(struct exchange *x, unsigned i)
{
    struct fuse_entry_out out = {.nodeid = i + 1, .attr = attributes(x->server, i)};
    x->server->nodes[i].lookups++;
    give(x, &out, sizeof out);
}

static void give_attributes(struct exchange *x)
{
    struct fuse_attr_out out = {.attr = attributes(x->server, index_of(x))};
    give(x, &out, sizeof out);
}

static int lookup(struct exchange *x)
{
    unsigned i = fuse_server_find(x->server, index_of(x), take_name(x));
    if (i == 0)
        return -FUSE_ENOENT;
    give_entry(x, i);
    return 0;
}

static void release_if_unused(struct fuse_server_node *node)
{
    if (node->mode == 0 && node->lookups == 0) {
        free(node->data);
        *node = (struct fuse_server_node){0};
    }
}

static void forget(struct exchange *x)
{
    const struct fuse_forget_in *in = take(x, sizeof *in);
    if (in->nlookup > x->node->lookups)
        forbidden(x->server, "node %u forgotten too often", index_of(x) + 1);
    else
        x->node->lookups -= in->nlookup;
    release_if_unused(x->node);
}

static int set_attributes(struct exchange *x)
{
    const struct fuse_setattr_in *in = take(x, sizeof *in);
    if ((in->valid & FATTR_SIZE) != 0) {
        if (in->size > FUSE_SERVER_DATA)
            return -FUSE_EFBIG;
        if (in->size > x->node->size)
            memset(x->node->data + x->node->size, 0, in->size - x->node->size);
        x->node->size = in->size;
    }
    if ((in->valid & FATTR_MODE) != 0)
        x->node->mode = in->mode;
    if ((in->valid & FATTR_ATIME) != 0)
        x->node->atime = in->atime;
    if ((in->valid & FATTR_MTIME) != 0)
        x->node->mtime = in->mtime;
    give_attributes(x);
    return 0;
}

static int make(struct exchange *x, uint32_t mode)
{
    const char *name = take_name(x);
    if (fuse_server_find(x->server, index_of(x), name) != 0)
        return -FUSE_EEXIST;
    unsigned i = fuse_server_add(x->server, index_of(x), name, mode, NULL, 0);
    if (i == 0)
        return -FUSE_ENOSPC;
    give_entry(x, i);
    return 0;
}

static void give_handle(struct exchange *x)
{
    struct fuse_open_out out = {.fh = 0x1234};
    x->server->open_handles++;
    give(x, &out, sizeof out);
}

static int create(struct exchange *x)
{
    const struct fuse_create_in *in = take(x, sizeof *in);
    int error = make(x, in->mode);
    if (error == 0)
        give_handle(x);
    return error;
}

static bool is_empty(const struct fuse_server *server, unsigned directory)
{
    for (unsigned i = 1; i < FUSE_SERVER_NODES; i++)
        if (server->nodes[i].used && server->nodes[i].mode != 0 &&
            server->nodes[i].parent == directory)
            return false;
    return true;
}

static int remove_name(struct exchange *x, bool directory)
{
    unsigned i = fuse_server_find(x->server, index_of(x), take_name(x));
    if (i == 0)
        return -FUSE_ENOENT;
    if (((x->server->nodes[i].mode & FUSE_S_IFMT) == FUSE_S_IFDIR) != directory)
        return directory ? -FUSE_ENOTDIR : -FUSE_EISDIR;
    if (directory && !is_empty(x->server, i))
        return -FUSE_ENOTEMPTY;
    x->server->nodes[i].mode = 0;
    release_if_unused(&x->server->nodes[i]);
    return 0;
}

static int rename_node(struct exchange *x)
{
    const struct fuse_rename_in *in = take(x, sizeof *in);
    const char *from = take_name(x), *to = take_name(x);
    unsigned i = fuse_server_find(x->server, index_of(x), from);
    if (i == 0 || in->newdir == 0 || in->newdir > FUSE_SERVER_NODES)
        return -FUSE_ENOENT;
    x->server->nodes[i].parent = (unsigned)in->newdir - 1;
    snprintf(x->server->nodes[i].name, sizeof x->server->nodes[i].name, "%s", to);
    return 0;
}

static uint32_t limited(const struct exchange *x, uint32_t size)
{
    uint32_t most = x->server->data_most;
    return most != 0 && most < size ? most : size;
}

static int read_data(struct exchange *x)
{
    const struct fuse_read_in *in = take(x, sizeof *in);
    if (in->offset >= x->node->size)
        return 0;
    size_t size = x->node->size - in->offset;
    give(x, x->node->data + in->offset, size < in->size ? size : in->size);
    return 0;
}

static int write_data(struct exchange *x)
{
    const struct fuse_write_in *in = take(x, sizeof *in);
    struct fuse_write_out out = {.size = limited(x, in->size)};
    const uint8_t *data = take(x, in->size);
    if (in->offset > FUSE_SERVER_DATA || out.size > FUSE_SERVER_DATA - in->offset)
        return -FUSE_ENOSPC;
    if (in->offset > x->node->size)
        memset(x->node->data + x->node->size, 0, in->offset - x->node->size);
    memcpy(x->node->data + in->offset, data, out.size);
    if (in->offset + out.size > x->node->size)
        x->node->size = in->offset + out.size;
    give(x, &out, sizeof out);
    return 0;
}

/* Offsets are indices plus one; entry 0 is "." and so is no node's. */
static int read_directory(struct exchange *x)
{
    static const char zeros[8];
    const struct fuse_read_in *in = take(x, sizeof *in);
    for (uint64_t i = in->offset; i < FUSE_SERVER_NODES; i++) {
        const struct fuse_server_node *node = &x->server->nodes[i];
        const char *name = i == 0 ? "." : node->name;
        if (i != 0 && (!node->used || node->mode == 0 || node->parent != index_of(x)))
            continue;
        struct fuse_dirent dirent = {.ino = i + 1, .off = i + 1, .namelen = (uint32_t)strlen(name)};
        size_t padding = -(sizeof dirent + dirent.namelen) & 7;
        if (sizeof dirent + dirent.namelen + padding > x->room - x->length ||
            (x->server->data_most != 0 && x->length >= x->server->data_most))
            break;
        give(x, &dirent, sizeof dirent);
        give(x, name, dirent.namelen);
        give(x, zeros, padding);
    }
    return 0;
}

static int begin(struct exchange *x)
{
    const struct fuse_init_in *in = take(x, sizeof *in);
    if (x->server->session || in->major != FUSE_VERSION_MAJOR)
        forbidden(x->server, "a second session");
    x->server->session = true;
    give(x, &x->server->init, sizeof x->server->init);
    return 0;
}

static int tell_size(struct exchange *x)
{
    struct fuse_statfs_out out = {.blocks = 100, .bfree = 50, .bavail = 40, .bsize = 4096};
    give(x, &out, sizeof out);
    return 0;
}

static int obey(struct exchange *x)
{
    switch (x->header.opcode) {
    case FUSE_INIT:
        return begin(x);
    case FUSE_DESTROY:
        x->server->session = false;
        return 0;
    case FUSE_LOOKUP:
        return lookup(x);
    case FUSE_GETATTR:
        take(x, sizeof(struct fuse_getattr_in));
        give_attributes(x);
        return 0;
    case FUSE_SETATTR:
        return set_attributes(x);
    case FUSE_READLINK:
        if ((x->node->mode & FUSE_S_IFMT) != FUSE_S_IFLNK)
            return -FUSE_EINVAL;
        give(x, x->node->data, x->node->size);
        return 0;
    case FUSE_MKDIR:
        return make(
            x, FUSE_S_IFDIR |
                   ((const struct fuse_mkdir_in *)take(x, sizeof(struct fuse_mkdir_in)))->mode);
    case FUSE_CREATE:
        return create(x);
    case FUSE_UNLINK:
    case FUSE_RMDIR:
        return remove_name(x, x->header.opcode == FUSE_RMDIR);
    case FUSE_RENAME:
        return rename_node(x);
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        take(x, sizeof(struct fuse_open_in));
        give_handle(x);
        return 0;
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
        take(x, sizeof(struct fuse_release_in));
        x->server->open_handles--;
        return 0;
    case FUSE_READ:
        return read_data(x);
    case FUSE_READDIR:
        return read_directory(x);
    case FUSE_WRITE:
        return write_data(x);
    case FUSE_FSYNC:
    case FUSE_FSYNCDIR:
        take(x, sizeof(struct fuse_fsync_in));
        return 0;
    case FUSE_STATFS:
        return tell_size(x);
    default:
        return -FUSE_ENOSYS;
    }
}

static bool find_node(struct exchange *x)
{
    uint64_t id = x->header.nodeid;
    if (x->header.opcode == FUSE_INIT || x->header.opcode == FUSE_DESTROY) {
        x->node = &x->server->nodes[0];
        return true;
    }
    if (id == 0 || id > FUSE_SERVER_NODES || !x->server->nodes[id - 1].used ||
        (id != FUSE_ROOT_ID && x->server->nodes[id - 1].lookups == 0)) {
        forbidden(x->server, "request %u about node %llu", x->header.opcode,
                  (unsigned long long)id);
        return false;
    }
    x->node = &x->server->nodes[id - 1];
    return true;
}

/* A corrupted reply has made the client believe anything. */
static bool is_well_formed(struct exchange *x, const uint8_t *request, size_t size)
{
    if (size < sizeof x->header) {
        forbidden(x->server, "a request of %u bytes", (unsigned)size);
        return false;
    }
    memcpy(&x->header, request, sizeof x->header);
    x->arguments = request + sizeof x->header;
    x->size = size - sizeof x->header;
    if (x->header.len != size)
        forbidden(x->server, "request %u says %u of %u bytes", x->header.opcode, x->header.len,
                  (unsigned)size);
    if (!x->server->session && x->header.opcode != FUSE_INIT)
        forbidden(x->server, "request %u without a session", x->header.opcode);
    return find_node(x);
}

uint32_t fuse_server_answer(struct fuse_server *server, const uint8_t *request, size_t size,
                            uint8_t *reply, uint32_t room)
{
    struct fuse_out_header out = {.len = sizeof out};
    struct exchange x = {.server = server};
    server->requests++;
    bool sound = is_well_formed(&x, request, size);
    if (sound && x.header.opcode == FUSE_FORGET) {
        forget(&x);
        return 0;
    }
    if (room < sizeof out)
        return 0;
    x.result = reply + sizeof out;
    x.room = room - (uint32_t)sizeof out;
    if (!sound) {
        out.error = -FUSE_EINVAL;
    } else if (server->error != 0 && server->error_opcode == x.header.opcode) {
        out.error = server->error;
        server->error = 0;
    } else {
        out.error = obey(&x);
    }
    out.unique = x.header.unique;
    if (out.error == 0)
        out.len += x.length;
    memcpy(reply, &out, sizeof out);
    uint32_t length = out.len;
    if (server->corrupt != NULL)
        server->corrupt(server->corrupt_context, reply, &length, room);
    return length < room ? length : room;
}

/* Buffers of exactly their size, so that ASan sees a byte too many. */
static EFI_STATUS call(struct fuse_device *device, struct fuse_call *call)
{
    struct fuse_server *server = (struct fuse_server *)device;
    size_t out = sizeof call->header + call->arguments_size + call->data_size;
    uint32_t room = (uint32_t)(sizeof call->reply + call->result_size);
    uint8_t *request = malloc(out), *reply = calloc(1, room);
    if (request == NULL || reply == NULL)
        abort();
    memcpy(request, &call->header, sizeof call->header);
    if (call->arguments_size > 0)
        memcpy(request + sizeof call->header, call->arguments, call->arguments_size);
    if (call->data_size > 0)
        memcpy(request + sizeof call->header + call->arguments_size, call->data, call->data_size);
    uint32_t length = fuse_server_answer(server, request, out, reply, room);
    memcpy(&call->reply, reply, sizeof call->reply);
    call->result_length = length > sizeof call->reply ? length - sizeof call->reply : 0;
    if (call->result_length > 0)
        memcpy(call->result, reply + sizeof call->reply, call->result_length);
    free(request);
    free(reply);
    return server->dead ? EFI_DEVICE_ERROR : EFI_SUCCESS;
}

void fuse_server_init(struct fuse_server *server)
{
    static const struct fuse_operations operations = {.call = call, .post = call};
    server->device = (struct fuse_device){
        .operations = &operations, .name = "virtio-fs 0000:00:04.0", .tag = "t\xc3\xa4g"};
    server->init = (struct fuse_init_out){.major = FUSE_VERSION_MAJOR,
                                          .minor = FUSE_VERSION_MINOR,
                                          .flags = FUSE_MAX_PAGES,
                                          .max_write = 1u << 20,
                                          .max_pages = 256};
    server->nodes[0] = (struct fuse_server_node){
        .used = true, .mode = FUSE_S_IFDIR | 0755, .atime = 1000000000, .mtime = 1000000000};
}

void fuse_server_free(struct fuse_server *server)
{
    for (unsigned i = 0; i < FUSE_SERVER_NODES; i++)
        free(server->nodes[i].data);
}
