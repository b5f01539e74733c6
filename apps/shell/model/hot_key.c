/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/hot_key.h"

#include "lib/memory.h"
#include "shell/text.h"

_Static_assert(offsetof(struct hot_key, keys) == 10, "as in the variable");

static size_t count_of(const struct hot_key *key)
{
    return key->data >> HOT_KEY_COUNT_SHIFT;
}

static bool take(const char16_t *word, uint64_t most, uint64_t *ret)
{
    return text_to_number(word, ret, NULL) && *ret <= most;
}

bool hot_key_parse(char16_t *const *words, size_t count, struct hot_key *ret)
{
    uint64_t data, scan, character;
    *ret = (struct hot_key){0};
    if (count == 0 || !take(words[0], UINT32_MAX, &data) || (data & HOT_KEY_REVISION) != 0)
        return false;
    ret->data = (uint32_t)data;
    if (count != 1 + 2 * count_of(ret))
        return false;
    for (size_t i = 0; i < count_of(ret); i++) {
        if (!take(words[1 + 2 * i], UINT16_MAX, &scan) ||
            !take(words[2 + 2 * i], UINT16_MAX, &character))
            return false;
        ret->keys[i] = (EFI_INPUT_KEY){(uint16_t)scan, (char16_t)character};
    }
    return true;
}

size_t hot_key_size(const struct hot_key *key)
{
    return offsetof(struct hot_key, keys) + count_of(key) * sizeof key->keys[0];
}

bool hot_key_is(const struct hot_key *key, const void *data, size_t size)
{
    const struct hot_key *other = data;
    return size == hot_key_size(key) && other->data == key->data &&
           memcmp(other->keys, key->keys, count_of(key) * sizeof key->keys[0]) == 0;
}
