/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Huffman codes as UEFI's compression sends them (UEFI 2.10 §19.2.4): canonical, no longer than 16
 * bits. */

#define HUFFMAN_SYMBOLS 512u
#define HUFFMAN_LONGEST 16u

struct huffman {
    uint16_t code[HUFFMAN_SYMBOLS];
    uint8_t length[HUFFMAN_SYMBOLS]; /* all 0 when fewer than two symbols occur */
    size_t used;                     /* symbols up to the last with a length */
};

/* A code for symbols that occur so often; `count` of them, at most HUFFMAN_SYMBOLS. */
void huffman_make(struct huffman *code, const uint32_t *counts, size_t count);
