/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/language/substitute.h"

/* Length of the name in front of the closing percent sign, 0 when there is none. */
static size_t name_length(const char16_t *name)
{
    size_t length = 0;
    while (name[length] != 0 && name[length] != '%' && !text_is_space(name[length]))
        length++;
    return name[length] == '%' ? length : 0;
}

/* `at` is behind the percent sign. Returns how many characters of it are replaced by `*ret_value`;
 * 0: the sign is an ordinary character. */
static size_t look_up(const char16_t *at, const struct variable_source *source,
                      const char16_t **ret_value)
{
    size_t name = name_length(at), length;
    if (*at >= '0' && *at <= '9' && source->parameter != NULL) {
        *ret_value = source->parameter(source->context, *at - '0');
        if (*ret_value != NULL)
            return 1;
    }
    *ret_value = name > 0 ? source->environment(source->context, at, name) : NULL;
    if (*ret_value != NULL)
        return name + 1;
    *ret_value = source->index != NULL ? source->index(source->context, at, &length) : NULL;
    if (*ret_value != NULL)
        return length;
    *ret_value = u"";
    return name > 0 ? name + 1 : 0;
}

EFI_STATUS substitute(const char16_t *line, const struct variable_source *source, struct text *ret)
{
    for (const char16_t *at = line; *at != 0; at++) {
        if (*at == '^' && at[1] != 0) {
            text_append(ret, at, 2);
            at++;
            continue;
        }
        const char16_t *value;
        size_t used = *at == '%' ? look_up(at + 1, source, &value) : 0;
        if (used == 0) {
            text_put(ret, *at);
            continue;
        }
        text_append_string(ret, value);
        at += used;
    }
    return ret->failed ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
}
