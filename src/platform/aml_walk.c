/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/aml_walk.h"

/* Opcodes (ACPI 6.5 §20.3). Those of two bytes begin with OP_EXTENDED. */
enum {
    OP_ZERO = 0x00,
    OP_ONE = 0x01,
    OP_ALIAS = 0x06,
    OP_NAME = 0x08,
    OP_BYTE = 0x0a,
    OP_WORD = 0x0b,
    OP_DWORD = 0x0c,
    OP_STRING = 0x0d,
    OP_QWORD = 0x0e,
    OP_SCOPE = 0x10,
    OP_BUFFER = 0x11,
    OP_PACKAGE = 0x12,
    OP_VAR_PACKAGE = 0x13,
    OP_METHOD = 0x14,
    OP_EXTERNAL = 0x15,
    OP_DUAL_NAME = 0x2e,
    OP_MULTI_NAME = 0x2f,
    OP_EXTENDED = 0x5b,
    OP_ROOT = 0x5c,
    OP_PARENT = 0x5e,
    OP_IF = 0xa0,
    OP_ELSE = 0xa1,
    OP_WHILE = 0xa2,
    OP_NOOP = 0xa3,
    OP_RETURN = 0xa4,
    OP_ONES = 0xff,

    EXT_MUTEX = 0x01,
    EXT_EVENT = 0x02,
    EXT_REVISION = 0x30,
    EXT_REGION = 0x80,
    EXT_FIELD = 0x81,
    EXT_DEVICE = 0x82,
    EXT_PROCESSOR = 0x83,
    EXT_POWER = 0x84,
    EXT_THERMAL = 0x85,
    EXT_INDEX_FIELD = 0x86,
    EXT_BANK_FIELD = 0x87,
};

#define DEPTH_MAX 8

/* PkgLength counts itself: the window is what follows it. */
static MUST_CHECK bool take_package(struct reader *r, struct reader *ret)
{
    size_t start = r->position;
    uint8_t lead;
    if (!reader_u8(r, &lead))
        return false;
    uint32_t length = lead & 0x3f;
    unsigned more = lead >> 6;
    if (more > 0)
        length = lead & 0x0f;
    for (unsigned i = 0; i < more; i++) {
        uint8_t byte;
        if (!reader_u8(r, &byte))
            return false;
        length |= (uint32_t)byte << (4 + 8 * i);
    }
    size_t used = r->position - start;
    return length >= used && reader_window(r, r->position, length - used, ret) &&
           reader_skip(r, length - used);
}

/* Only the first character tells a name from code (§20.2.2). */
static MUST_CHECK bool take_segment(struct reader *r, struct aml_path *path)
{
    uint32_t segment;
    if (!reader_u32(r, &segment) || path->count == AML_PATH_MAX)
        return false;
    uint8_t first = (uint8_t)segment;
    if ((first < 'A' || first > 'Z') && first != '_')
        return false;
    path->segments[path->count++] = segment;
    return true;
}

static uint8_t peek(const struct reader *r)
{
    return reader_left(r) > 0 ? r->data[r->position] : 0;
}

/* NameString, seen from `scope`. */
static MUST_CHECK bool take_name(struct reader *r, const struct aml_path *scope,
                                 struct aml_path *ret)
{
    struct aml_path path = *scope;
    if (peek(r) == OP_ROOT) {
        path.count = 0;
        if (!reader_skip(r, 1))
            return false;
    }
    while (peek(r) == OP_PARENT) {
        if (path.count == 0 || !reader_skip(r, 1))
            return false;
        path.count--;
    }

    uint8_t lead = peek(r), segments = 1;
    bool prefixed = lead == OP_ZERO || lead == OP_DUAL_NAME || lead == OP_MULTI_NAME;
    if (prefixed && !reader_skip(r, 1))
        return false;
    if (lead == OP_ZERO)
        segments = 0;
    if (lead == OP_DUAL_NAME)
        segments = 2;
    if (lead == OP_MULTI_NAME && !reader_u8(r, &segments))
        return false;
    for (uint8_t i = 0; i < segments; i++) {
        if (!take_segment(r, &path))
            return false;
    }
    *ret = path;
    return true;
}

bool aml_integer(struct reader *r, uint64_t *ret)
{
    uint8_t op;
    if (!reader_u8(r, &op))
        return false;
    unsigned width = 0;
    uint64_t value = 0;
    switch (op) {
    case OP_ZERO:
        break;
    case OP_ONE:
        value = 1;
        break;
    case OP_ONES:
        value = UINT64_MAX;
        break;
    case OP_BYTE:
        width = 1;
        break;
    case OP_WORD:
        width = 2;
        break;
    case OP_DWORD:
        width = 4;
        break;
    case OP_QWORD:
        width = 8;
        break;
    default:
        return false;
    }
    if (!reader_copy(r, &value, width))
        return false;
    *ret = value;
    return true;
}

bool aml_string(struct reader *r, const char **ret, size_t *ret_length)
{
    uint8_t op;
    if (!reader_u8(r, &op) || op != OP_STRING)
        return false;
    const char *text = (const char *)r->data + r->position;
    for (size_t length = 0;; length++) {
        uint8_t c;
        if (!reader_u8(r, &c))
            return false;
        if (c == 0) {
            *ret = text;
            *ret_length = length;
            return true;
        }
    }
}

bool aml_buffer(struct reader *r, struct reader *ret)
{
    uint8_t op;
    struct reader package;
    uint64_t size;
    if (!reader_u8(r, &op) || op != OP_BUFFER || !take_package(r, &package) ||
        !aml_integer(&package, &size))
        return false;
    /* A buffer may be longer than what initializes it; the rest is zero and tells nothing. */
    return reader_window(&package, package.position, MIN(size, reader_left(&package)), ret);
}

bool aml_package(struct reader *r, uint8_t *ret_count, struct reader *ret)
{
    uint8_t op, count;
    struct reader package;
    if (!reader_u8(r, &op) || op != OP_PACKAGE || !take_package(r, &package) ||
        !reader_u8(&package, &count))
        return false;
    *ret_count = count;
    *ret = package;
    return true;
}

/* Passes over a constant or a name. */
static MUST_CHECK bool skip_data(struct reader *r)
{
    static const struct aml_path root;
    const char *text;
    size_t length;
    uint64_t value;
    uint8_t op = peek(r);
    struct reader package;
    struct aml_path name;
    switch (op) {
    case OP_STRING:
        return aml_string(r, &text, &length);
    case OP_BUFFER:
    case OP_PACKAGE:
    case OP_VAR_PACKAGE:
        return reader_skip(r, 1) && take_package(r, &package);
    case OP_EXTENDED:
        return reader_skip(r, 1) && reader_u8(r, &op) && op == EXT_REVISION;
    case OP_ZERO:
    case OP_ONE:
    case OP_ONES:
    case OP_BYTE:
    case OP_WORD:
    case OP_DWORD:
    case OP_QWORD:
        return aml_integer(r, &value);
    default:
        return take_name(r, &root, &name);
    }
}

static void walk(struct reader r, const struct aml_path *scope, const struct aml_visitor *visitor,
                 unsigned depth);

static void visit(const struct aml_visitor *visitor, const struct aml_path *path,
                  struct reader value)
{
    if (path->count == 0)
        return;
    struct aml_path scope = *path;
    uint32_t name = scope.segments[--scope.count];
    visitor->object(visitor->context, &scope, name, value);
}

/* A block with a name, then `skip` bytes, then terms. */
static MUST_CHECK bool walk_block(struct reader *r, const struct aml_path *scope, unsigned skip,
                                  const struct aml_visitor *visitor, unsigned depth)
{
    struct reader block;
    struct aml_path path;
    if (!take_package(r, &block))
        return false;
    if (depth < DEPTH_MAX && take_name(&block, scope, &path) && reader_skip(&block, skip) &&
        visitor->enter(visitor->context, &path))
        walk(block, &path, visitor, depth + 1);
    return true;
}

static MUST_CHECK bool walk_method(struct reader *r, const struct aml_path *scope,
                                   const struct aml_visitor *visitor)
{
    struct reader block;
    struct aml_path path;
    uint8_t flags, op;
    if (!take_package(r, &block))
        return false;
    if (take_name(&block, scope, &path) && reader_u8(&block, &flags) && reader_u8(&block, &op) &&
        op == OP_RETURN)
        visit(visitor, &path, block);
    return true;
}

static MUST_CHECK bool walk_extended(struct reader *r, const struct aml_path *scope,
                                     const struct aml_visitor *visitor, unsigned depth)
{
    uint8_t op;
    struct aml_path name;
    struct reader package;
    if (!reader_u8(r, &op))
        return false;
    switch (op) {
    case EXT_DEVICE:
    case EXT_THERMAL:
        return walk_block(r, scope, 0, visitor, depth);
    case EXT_PROCESSOR:
        return walk_block(r, scope, 6, visitor, depth);
    case EXT_POWER:
        return walk_block(r, scope, 3, visitor, depth);
    case EXT_FIELD:
    case EXT_INDEX_FIELD:
    case EXT_BANK_FIELD:
        return take_package(r, &package);
    case EXT_MUTEX:
        return take_name(r, scope, &name) && reader_skip(r, 1);
    case EXT_EVENT:
        return take_name(r, scope, &name);
    case EXT_REGION:
        return take_name(r, scope, &name) && reader_skip(r, 1) && skip_data(r) && skip_data(r);
    default:
        return false;
    }
}

/* One term; false when it is nothing that can be passed over. */
static MUST_CHECK bool walk_term(struct reader *r, const struct aml_path *scope,
                                 const struct aml_visitor *visitor, unsigned depth)
{
    uint8_t op;
    struct aml_path name;
    struct reader package;
    if (!reader_u8(r, &op))
        return false;
    switch (op) {
    case OP_NAME:
        if (!take_name(r, scope, &name))
            return false;
        visit(visitor, &name, *r);
        return skip_data(r);
    case OP_SCOPE:
        return walk_block(r, scope, 0, visitor, depth);
    case OP_METHOD:
        return walk_method(r, scope, visitor);
    case OP_EXTERNAL:
        return take_name(r, scope, &name) && reader_skip(r, 2);
    case OP_ALIAS:
        return take_name(r, scope, &name) && take_name(r, scope, &name);
    case OP_IF:
    case OP_ELSE:
    case OP_WHILE:
        return take_package(r, &package);
    case OP_NOOP:
        return true;
    case OP_EXTENDED:
        return walk_extended(r, scope, visitor, depth);
    default:
        return false;
    }
}

static void walk(struct reader r, const struct aml_path *scope, const struct aml_visitor *visitor,
                 unsigned depth)
{
    while (reader_left(&r) > 0) {
        if (!walk_term(&r, scope, visitor, depth))
            return;
    }
}

void aml_walk(struct reader code, const struct aml_visitor *visitor)
{
    static const struct aml_path root;
    walk(code, &root, visitor, 0);
}

bool aml_path_within(const struct aml_path *path, const struct aml_path *root)
{
    if (path->count < root->count)
        return false;
    for (unsigned i = 0; i < root->count; i++) {
        if (path->segments[i] != root->segments[i])
            return false;
    }
    return true;
}
