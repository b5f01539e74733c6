/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/options.h"

#include "core/log.h"
#include "lib/ascii.h"
#include "lib/assert.h"
#include "lib/memory.h"
#include "lib/printf.h"
#include "platform/fw_cfg.h"
#include "platform/machine.h"

#define PREFIX        "cloudhv."
#define FW_CFG_PREFIX "opt/cloudhv/"
#define VALUES_SIZE   4096u

/* Every key that somebody asks for: others get a warning. */
static const char *const known_keys[] = {
    "boot", "console", "noboot", "nx", "options", "rom", "timeout",
};

static struct {
    const char *command_line;
    struct smbios smbios;
    bool has_fw_cfg;
} sources = {.command_line = ""};

/* Values that were found, one after the other. */
static struct {
    bool looked[ARRAY_SIZE(known_keys)];
    const char *value[ARRAY_SIZE(known_keys)];
    char text[VALUES_SIZE];
    size_t used;
} found;

void options_set_sources(const char *command_line, const struct smbios *smbios, bool has_fw_cfg)
{
    sources.command_line = command_line;
    sources.smbios = *smbios;
    sources.has_fw_cfg = has_fw_cfg;
    memset(found.looked, 0, sizeof found.looked);
    found.used = 0;
    fw_cfg_forget();
}

bool options_next_word(const char **line, struct option_word *ret)
{
    const char *p = *line;
    while (ascii_is_space(*p))
        p++;
    const char *start = p;
    bool quoted = false;
    for (; *p != '\0' && (quoted || !ascii_is_space(*p)); p++) {
        if (*p == '"')
            quoted = !quoted;
    }
    *line = p;
    *ret = (struct option_word){start, (size_t)(p - start)};
    return p != start;
}

/* "cloudhv.<key>[=<value>]" → key and value. */
static bool split_word(const struct option_word *word, struct option_word *ret_key,
                       struct option_word *ret_value)
{
    const size_t prefix = sizeof PREFIX - 1;
    if (word->length <= prefix || memcmp(word->text, PREFIX, prefix) != 0)
        return false;
    const char *key = word->text + prefix;
    size_t left = word->length - prefix, length = 0;
    while (length < left && key[length] != '=')
        length++;
    *ret_key = (struct option_word){key, length};
    *ret_value = length < left ? (struct option_word){key + length + 1, left - length - 1}
                               : (struct option_word){key + left, 0};
    return true;
}

static bool is_key(const struct option_word *word, const char *key)
{
    return ascii_length(key, word->length + 1) == word->length &&
           memcmp(word->text, key, word->length) == 0;
}

/* Copies a value without its quotes, or gives NULL when there is no more room. */
static const char *keep(const char *key, const struct option_word *value)
{
    if (value->length >= sizeof found.text - found.used) {
        log_warning("%s%s: the host's options are too long", PREFIX, key);
        return NULL;
    }
    char *to = found.text + found.used;
    size_t length = 0;
    for (size_t i = 0; i < value->length; i++) {
        if (value->text[i] != '"')
            to[length++] = value->text[i];
    }
    to[length] = '\0';
    found.used += length + 1;
    return to;
}

/* Calls `visit` for each option of the command line and of SMBIOS, until it returns true. */
static bool for_each_option(bool (*visit)(void *context, const struct option_word *key,
                                          const struct option_word *value),
                            void *context)
{
    struct option_word word, key, value;
    const char *line = sources.command_line;
    while (options_next_word(&line, &word)) {
        if (split_word(&word, &key, &value) && visit(context, &key, &value))
            return true;
    }
    for (size_t i = 0;; i++) {
        word.text = smbios_oem_string(&sources.smbios, i, &word.length);
        if (word.text == NULL)
            return false;
        if (split_word(&word, &key, &value) && visit(context, &key, &value))
            return true;
    }
}

struct search {
    const char *key;
    const char *value;
};

static bool match(void *context, const struct option_word *key, const struct option_word *value)
{
    struct search *search = context;
    if (!is_key(key, search->key))
        return false;
    search->value = keep(search->key, value);
    return true;
}

static const char *look_in_fw_cfg(const char *key)
{
    char name[56], *to = found.text + found.used;
    size_t size, space = sizeof found.text - found.used;
    if (!sources.has_fw_cfg ||
        format_text(name, sizeof name, FW_CFG_PREFIX "%s", key) >= sizeof name)
        return NULL;
    if (EFI_ERROR(fw_cfg_read(name, to, space, &size)))
        return NULL;
    if (size >= space) {
        log_warning("%s%s: the host's options are too long", PREFIX, key);
        return NULL;
    }
    to[size] = '\0';
    found.used += size + 1;
    return to;
}

static const char *look(const char *key)
{
    struct search search = {.key = key};
    if (for_each_option(match, &search))
        return search.value;
    return look_in_fw_cfg(key);
}

const char *host_option(const char *key)
{
    for (size_t i = 0; i < ARRAY_SIZE(known_keys); i++) {
        if (!ascii_equal(known_keys[i], key))
            continue;
        if (!found.looked[i])
            found.value[i] = look(key);
        found.looked[i] = true;
        return found.value[i];
    }
    ASSERT(!"a key that is not in known_keys");
}

static void check_key(const struct option_word *key)
{
    for (size_t i = 0; i < ARRAY_SIZE(known_keys); i++) {
        if (is_key(key, known_keys[i]))
            return;
    }
    log_warning("unknown option %s%.*s", PREFIX, (int)MIN(key->length, 64u), key->text);
}

static bool check_option(void *context, const struct option_word *key,
                         const struct option_word *value)
{
    check_key(key);
    return false;
}

static void check_file(const char *name)
{
    struct option_word key = {name + sizeof FW_CFG_PREFIX - 1, 0};
    key.length = ascii_length(key.text, 56);
    check_key(&key);
}

void host_options_check(void)
{
    for_each_option(check_option, NULL);
    if (sources.has_fw_cfg && EFI_ERROR(fw_cfg_list(FW_CFG_PREFIX, check_file)))
        return;
}
