/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/compress/huffman.h"

#include <stdbool.h>

/* Nodes of the tree: leaves by symbol, then the inner ones. */
#define NODES (2 * HUFFMAN_SYMBOLS)

struct tree {
    uint64_t weight[NODES]; /* 0: not there, or has a parent */
    uint16_t parent[NODES];
    size_t nodes;
};

static size_t lightest(const struct tree *t)
{
    size_t best = t->nodes;
    for (size_t n = 0; n < t->nodes; n++)
        if (t->weight[n] != 0 && (best == t->nodes || t->weight[n] < t->weight[best]))
            best = n;
    return best;
}

/* Joins the two lightest nodes until one is left. */
static void grow(struct tree *t)
{
    for (;;) {
        size_t first = lightest(t);
        if (first == t->nodes)
            return;
        uint64_t weight = t->weight[first];
        t->weight[first] = 0;
        size_t second = lightest(t);
        if (second == t->nodes)
            return;
        size_t joined = t->nodes++;
        t->weight[joined] = weight + t->weight[second];
        t->weight[second] = 0;
        t->parent[joined] = 0;
        t->parent[first] = t->parent[second] = (uint16_t)joined;
    }
}

/* False when one is longer than allowed. */
static bool set_lengths(struct huffman *code, const uint64_t *weights, size_t count)
{
    struct tree tree;
    tree.nodes = count;
    for (size_t n = 0; n < count; n++) {
        tree.weight[n] = weights[n];
        tree.parent[n] = 0;
    }
    grow(&tree);
    for (size_t n = 0; n < count; n++) {
        size_t length = 0;
        for (size_t up = tree.parent[n]; up != 0; up = tree.parent[up])
            length++;
        if (length > HUFFMAN_LONGEST)
            return false;
        code->length[n] = (uint8_t)length;
        if (length > 0)
            code->used = n + 1;
    }
    return true;
}

static void set_codes(struct huffman *code)
{
    uint32_t next = 0;
    for (unsigned length = 1; length <= HUFFMAN_LONGEST; length++) {
        for (size_t n = 0; n < code->used; n++)
            if (code->length[n] == length)
                code->code[n] = (uint16_t)next++;
        next <<= 1;
    }
}

void huffman_make(struct huffman *code, const uint32_t *counts, size_t count)
{
    uint64_t weights[HUFFMAN_SYMBOLS];
    *code = (struct huffman){0};
    for (size_t n = 0; n < count; n++)
        weights[n] = counts[n];
    /* Flatter weights make a flatter tree: at the end all are 1. */
    while (!set_lengths(code, weights, count))
        for (size_t n = 0; n < count; n++)
            weights[n] = (weights[n] + 1) / 2;
    set_codes(code);
}
