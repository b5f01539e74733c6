/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/compress/match.h"

#include "shell/memory.h"

#define HASHES  4096u
#define NOWHERE UINT32_MAX
#define DEPTH   256u /* places that are looked at for each match */

/* Places with the same first three bytes, the latest first. */
struct matcher {
    const uint8_t *data;
    size_t size;
    uint32_t latest[HASHES];
    uint32_t before[MATCH_WINDOW]; /* by place modulo the window */
};

struct match {
    size_t length; /* 0: none that is long enough */
    size_t distance;
};

static uint32_t hash_of(const uint8_t *at)
{
    uint32_t value = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
    return (value * 2654435761u) >> 20;
}

static size_t common_length(const struct matcher *m, size_t a, size_t b)
{
    size_t most = MIN(m->size - b, (size_t)MATCH_LONGEST), length = 0;
    while (length < most && m->data[a + length] == m->data[b + length])
        length++;
    return length;
}

static struct match longest_match(const struct matcher *m, size_t at)
{
    struct match best = {0};
    if (m->size - at < MATCH_SHORTEST)
        return best;
    uint32_t place = m->latest[hash_of(m->data + at)];
    for (unsigned n = 0; n < DEPTH && place != NOWHERE && at - place <= MATCH_WINDOW; n++) {
        size_t length = common_length(m, place, at);
        if (length > best.length)
            best = (struct match){length, at - place};
        /* The ring holds an older place's successor when the chain leaves the window. */
        uint32_t older = m->before[place % MATCH_WINDOW];
        if (older == NOWHERE || older >= place)
            break;
        place = older;
    }
    return best.length >= MATCH_SHORTEST ? best : (struct match){0};
}

static void remember(struct matcher *m, size_t at)
{
    if (m->size - at < MATCH_SHORTEST)
        return;
    uint32_t *latest = &m->latest[hash_of(m->data + at)];
    m->before[at % MATCH_WINDOW] = *latest;
    *latest = (uint32_t)at;
}

static size_t make_tokens(struct matcher *m, struct token *tokens)
{
    size_t count = 0;
    for (size_t at = 0; at < m->size;) {
        struct match match = longest_match(m, at);
        remember(m, at);
        /* A longer match one byte later is worth a literal. */
        if (match.length > 0 && longest_match(m, at + 1).length > match.length)
            match.length = 0;
        if (match.length == 0) {
            tokens[count++] = (struct token){m->data[at++], 0};
            continue;
        }
        tokens[count++] = (struct token){(uint16_t)(256 + match.length - MATCH_SHORTEST),
                                         (uint16_t)(match.distance - 1)};
        for (size_t n = 1; n < match.length; n++)
            remember(m, at + n);
        at += match.length;
    }
    return count;
}

struct token *match_tokens(const uint8_t *data, size_t size, size_t *ret_count)
{
    struct matcher *m = shell_alloc(sizeof *m);
    struct token *tokens = shell_alloc((size + 1) * sizeof *tokens);
    if (m == NULL || tokens == NULL) {
        shell_free(m);
        shell_free(tokens);
        return NULL;
    }
    m->data = data;
    m->size = size;
    for (size_t n = 0; n < HASHES; n++)
        m->latest[n] = NOWHERE;
    for (size_t n = 0; n < MATCH_WINDOW; n++)
        m->before[n] = NOWHERE;
    *ret_count = make_tokens(m, tokens);
    shell_free(m);
    return tokens;
}
