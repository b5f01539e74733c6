/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/hotkey.h"

#include "boot/variable.h"
#include "efi/guid.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "lib/status_name.h"

#define NAME_MAX 1024u /* characters of a variable's name */

/* "Key" and four digits in upper case. */
static bool is_key_name(const char16_t *name, uint16_t *ret_number)
{
    unsigned number = 0;
    if (memcmp(name, u"Key", sizeof u"Key" - sizeof *name) != 0)
        return false;
    for (size_t i = 3; i < 7; i++) {
        int digit = ascii_hex_digit(name[i]);
        if (digit < 0 || name[i] >= 'a')
            return false;
        number = number * 16 + (unsigned)digit;
    }
    *ret_number = (uint16_t)number;
    return name[7] == 0;
}

static void add(struct boot *boot, struct hotkeys *hotkeys, uint16_t number, const char16_t *name)
{
    size_t size;
    struct hotkey key = {.number = number};
    if (hotkeys->count == HOTKEYS_MAX) {
        boot_report(boot, "Key%04X: more than %u are not looked at", number, HOTKEYS_MAX);
        return;
    }
    void *data = variable_read(boot, name, &size);
    if (data == NULL)
        return;
    if (!key_option_parse(data, size, &key.option))
        boot_report(boot, "Key%04X: not a well-formed key option", number);
    else if (key.option.count > 0)
        hotkeys->keys[hotkeys->count++] = key;
    (void)boot->bs->FreePool(data);
}

void hotkeys_read(struct boot *boot, struct hotkeys *ret)
{
    static char16_t name[NAME_MAX + 1];
    EFI_GUID guid = {0};
    uint16_t number;
    ret->count = 0;
    name[0] = 0;
    for (;;) {
        size_t size = sizeof name;
        EFI_STATUS status = boot->rt->GetNextVariableName(&size, name, &guid);
        if (status == EFI_NOT_FOUND)
            return;
        if (EFI_ERROR(status)) {
            boot_report(boot, "hot keys: %s", status_name(status));
            return;
        }
        if (guid_equal(&guid, GUID_OF(EFI_GLOBAL_VARIABLE)) && is_key_name(name, &number))
            add(boot, ret, number, name);
    }
}

/* A key that is not the next one may be the first one again. */
static bool is_complete(struct hotkey *key, const EFI_KEY_DATA *press)
{
    if (key_option_matches(&key->option, key->pressed, press))
        key->pressed++;
    else
        key->pressed = key_option_matches(&key->option, 0, press);
    if (key->pressed < key->option.count)
        return false;
    key->pressed = 0;
    return true;
}

const struct hotkey *hotkeys_press(struct hotkeys *hotkeys, const EFI_KEY_DATA *press)
{
    const struct hotkey *found = NULL;
    for (size_t i = 0; i < hotkeys->count; i++)
        if (is_complete(&hotkeys->keys[i], press) && found == NULL)
            found = &hotkeys->keys[i];
    return found;
}
