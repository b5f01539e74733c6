/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/device_path.h"
#include "efi/status.h"
#include "lib/load_option.h"
#include "shell/memory.h"
#include "shell/model/hot_key.h"

/* Lists of load options in variables (UEFI 2.10 §3.1, §3.3): <prefix>Order names
 * <prefix>0000 … <prefix>FFFF. */

struct option_list {
    struct arena *arena;
    const char16_t *prefix; /* "Boot" */
    uint16_t *numbers;      /* with room for one more */
    size_t count;
};

/* Of list->prefix. No order is an empty one. EFI_OUT_OF_RESOURCES, errors of GetVariable. */
EFI_STATUS option_list_read(struct arena *arena, struct option_list *list) MUST_CHECK;

/* Prints one; `data`: with its optional data. */
void option_show(const struct option_list *list, size_t place, bool data);

/* A new option in front of the one at `place`. Errors of SetVariable; EFI_OUT_OF_RESOURCES, also
 * when all numbers are taken. */
EFI_STATUS option_add(struct option_list *list, size_t place, const EFI_DEVICE_PATH_PROTOCOL *path,
                      const char16_t *description) MUST_CHECK;
EFI_STATUS option_remove(struct option_list *list, size_t place) MUST_CHECK;
EFI_STATUS option_move(struct option_list *list, size_t from, size_t to) MUST_CHECK;

/* What is not NULL changes. */
struct option_change {
    const EFI_DEVICE_PATH_PROTOCOL *path;
    const char16_t *description;
    const void *data; /* with `sets_data` */
    size_t data_size;
    bool sets_data;
};
EFI_STATUS option_modify(struct option_list *list, size_t place,
                         const struct option_change *change) MUST_CHECK;

/* Makes the keys boot the option, as it is now, of a list of Boot: in the variable Key#### that has
 * the same keys, or else a new one, whose number is stored. Errors as of option_add(). */
EFI_STATUS option_set_key(const struct option_list *list, size_t place, struct hot_key *key,
                          uint16_t *ret_number) MUST_CHECK;

/* The device path of a file; `short_form`: from its partition's node on, if there is one. For
 * shell_free(). EFI_NOT_FOUND when there is no such file. */
EFI_STATUS option_path_of_file(struct arena *arena, const char16_t *file, bool short_form,
                               EFI_DEVICE_PATH_PROTOCOL **ret) MUST_CHECK;

/* The content of the file that the word names (`*ret_content`, for shell_free()), else the word. */
EFI_STATUS option_data_of_word(const char16_t *word, void **ret_content,
                               struct option_change *ret) MUST_CHECK;
