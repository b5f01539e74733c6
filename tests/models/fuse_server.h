/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/fuse.h"

/* A FUSE server with a small tree in memory, which notes what a client does wrong. It is a
 * fuse_device itself, and models/virtio_fs.c puts it behind a device. */

#define FUSE_SERVER_NODES 24
#define FUSE_SERVER_DATA  (64u << 10) /* bytes in a file at most */

struct fuse_server_node {
    bool used;
    char name[256];
    unsigned parent;  /* index; of the root: itself */
    uint32_t mode;    /* 0: the node was removed, and waits to be forgotten */
    uint64_t lookups; /* that were not forgotten */
    uint8_t *data;
    size_t size;
    uint64_t atime, mtime;
};

struct fuse_server {
    struct fuse_device device;
    struct fuse_server_node nodes[FUSE_SERVER_NODES]; /* index 0 is the root: node 1 is it */
    bool session;
    unsigned open_handles;
    unsigned requests;
    bool failed; /* the client broke a rule */
    char failure[100];

    /* Faults */
    int32_t error; /* the answer to the next request of `error_opcode` */
    enum fuse_opcode error_opcode;
    uint32_t data_most; /* bytes of a READ or WRITE that are done at a time; 0: all */
    struct fuse_init_out init;
    bool dead;

    /* A hostile server: what it is about to send, header first. NULL: honest. */
    void (*corrupt)(void *context, uint8_t *reply, uint32_t *length, uint32_t room);
    void *corrupt_context;
};

void fuse_server_init(struct fuse_server *server);
void fuse_server_free(struct fuse_server *server);

/* Adds a file, a symbolic link to `data`, or (data NULL and a mode of a directory) a directory;
 * returns its index. */
unsigned fuse_server_add(struct fuse_server *server, unsigned parent, const char *name,
                         uint32_t mode, const void *data, size_t size);

/* The index of a name in a directory, or 0. */
unsigned fuse_server_find(const struct fuse_server *server, unsigned parent, const char *name);

/* Number of lookups that nobody has forgotten, of all nodes. */
uint64_t fuse_server_lookups(const struct fuse_server *server);

/* Answers one request; returns the bytes of the reply, 0 when there is none. */
uint32_t fuse_server_answer(struct fuse_server *server, const uint8_t *request, size_t size,
                            uint8_t *reply, uint32_t room);
