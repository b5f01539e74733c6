/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/environment.h"
#include "efi/runtime_services.h"
#include "lib/ucs2.h"
#include "shell/memory.h"
#include "shell/protocol/parts.h"

/* A list of names is one block: strings one behind the other, an empty one at the end. It belongs
 * to the shell until the next call (UEFI Shell 2.2 §2.2, GetEnv). */
static char16_t *names_block;

static const char16_t *list_names(const struct definitions *in)
{
    struct text names = {0};
    LIST_FOR_EACH(node, &in->list)
    {
        const struct definition *d = LIST_ENTRY(node, struct definition, link);
        text_append(&names, d->name, ucs2_length(d->name, SIZE_MAX) + 1);
    }
    text_put(&names, 0);
    shell_free(names_block);
    names_block = text_take(&names);
    return names_block;
}

static const struct definition *find(const struct definitions *in, const char16_t *name)
{
    return definition_find(in, name, ucs2_length(name, SIZE_MAX));
}

static const char16_t *EFIAPI get_env_ex(const char16_t *Name, uint32_t *Attributes)
{
    if (Name == NULL)
        return list_names(&environment);
    const struct definition *d = find(&environment, Name);
    if (d != NULL && Attributes != NULL)
        *Attributes =
            EFI_VARIABLE_BOOTSERVICE_ACCESS | (d->is_volatile ? 0 : EFI_VARIABLE_NON_VOLATILE);
    return d != NULL ? d->value : NULL;
}

static const char16_t *EFIAPI get_env(const char16_t *Name)
{
    return get_env_ex(Name, NULL);
}

static EFI_STATUS EFIAPI set_env(const char16_t *Name, const char16_t *Value, bool Volatile)
{
    if (Name == NULL || *Name == 0)
        return EFI_INVALID_PARAMETER;
    return definition_set(&environment, Name, Value, Volatile);
}

static const char16_t *EFIAPI get_alias(const char16_t *Alias, bool *Volatile)
{
    if (Alias == NULL)
        return list_names(&aliases);
    const struct definition *d = find(&aliases, Alias);
    if (d != NULL && Volatile != NULL)
        *Volatile = d->is_volatile;
    return d != NULL ? d->value : NULL;
}

/* `Alias` NULL deletes the alias that `Command` names. */
static EFI_STATUS EFIAPI set_alias(const char16_t *Command, const char16_t *Alias, bool Replace,
                                   bool Volatile)
{
    if (Command == NULL || *Command == 0)
        return EFI_INVALID_PARAMETER;
    if (Alias == NULL || *Alias == 0)
        return definition_set(&aliases, Command, NULL, Volatile);
    if (!Replace && find(&aliases, Alias) != NULL)
        return EFI_ACCESS_DENIED;
    return definition_set(&aliases, Alias, Command, Volatile);
}

void protocol_fill_environment(EFI_SHELL_PROTOCOL *p)
{
    p->GetEnv = get_env;
    p->GetEnvEx = get_env_ex;
    p->SetEnv = set_env;
    p->GetAlias = get_alias;
    p->SetAlias = set_alias;
}
