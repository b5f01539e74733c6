/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/pool.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "storage/fuse/private.h"

/* From paths to nodes. Symbolic links are followed here, by their text: the server would do so on
 * its host. */

/* Links, and dots in their text. */
#define REWRITES_MAX 64u

/* A path that is being walked. */
struct walk {
    struct fuse_volume *volume;
    const char *text;  /* the caller's path, or `place.own` */
    unsigned rewrites; /* of the text */
    struct fuse_place place;
};

static size_t name_length(const char *name)
{
    size_t length = 0;
    while (name[length] != '/' && name[length] != '\0')
        length++;
    return length;
}

static void restart(struct walk *walk)
{
    fuse_forget(walk->volume, walk->place.parent);
    walk->place.parent = FUSE_ROOT_ID;
    walk->place.name = walk->text + 1;
}

/* The text becomes what is before `place.name` without its last `cut` bytes, `replacement`, and
 * what is behind the name, which is `length` bytes long. */
static EFI_STATUS rewrite(struct walk *walk, size_t cut, const char *replacement, size_t size,
                          size_t length)
{
    const char *behind = walk->place.name + length;
    size_t before = (size_t)(walk->place.name - walk->text) - cut;
    if (size == 0 && *behind == '/')
        behind++;
    size_t rest = ascii_length(behind, FUSE_PATH_MAX);
    if (++walk->rewrites > REWRITES_MAX || before + size + rest >= FUSE_PATH_MAX)
        return log_failure(EFI_NOT_FOUND, "%s: symbolic links without end",
                           walk->volume->device->name);
    char *text = pool_alloc(FUSE_PATH_MAX);
    if (text == NULL)
        return EFI_OUT_OF_RESOURCES;
    memcpy(text, walk->text, before);
    memcpy(text + before, replacement, size);
    memcpy(text + before + size, behind, rest);
    size_t end = before + size + rest;
    while (end > 1 && text[end - 1] == '/')
        end--;
    text[end] = '\0';
    pool_free(walk->place.own);
    walk->place.own = text;
    walk->text = text;
    restart(walk);
    return EFI_SUCCESS;
}

/* "..": the name before goes, too, which has been found to be no link. */
static EFI_STATUS go_up(struct walk *walk, size_t length)
{
    size_t cut = 1;
    if (walk->place.name == walk->text + 1)
        return log_failure(EFI_NOT_FOUND, "%s: a symbolic link above the root",
                           walk->volume->device->name);
    while (walk->place.name[-1 - (ptrdiff_t)cut] != '/')
        cut++;
    return rewrite(walk, cut, "", 0, length);
}

/* Goes on at what the link says. One that begins at a root begins at ours. */
static EFI_STATUS follow(struct walk *walk, uint64_t node, size_t length)
{
    CLEANUP_POOL char *target = pool_alloc(FUSE_PATH_MAX);
    if (target == NULL)
        return EFI_OUT_OF_RESOURCES;
    struct fuse_call call = {.result = target, .result_size = FUSE_PATH_MAX - 1};
    EFI_STATUS status = fuse_request(walk->volume, FUSE_READLINK, node, &call, 1);
    if (EFI_ERROR(status))
        return status;
    for (size_t i = 0; i < call.result_length; i++) {
        if (target[i] == '\0')
            return log_failure(EFI_VOLUME_CORRUPTED, "%s: bad symbolic link",
                               walk->volume->device->name);
    }
    size_t cut = target[0] == '/' ? (size_t)(walk->place.name - walk->text) : 0;
    return rewrite(walk, cut, target, call.result_length, length);
}

static EFI_STATUS look_up(struct walk *walk, size_t length, struct fuse_entry_out *ret)
{
    char name[FUSE_NAME_MAX + 1];
    if (length > FUSE_NAME_MAX)
        return EFI_NOT_FOUND;
    memcpy(name, walk->place.name, length);
    name[length] = '\0';
    return fuse_lookup(walk->volume, walk->place.parent, name, ret);
}

/* One name; `*ret_done` at the last one. */
static EFI_STATUS step(struct walk *walk, bool through, bool *ret_done)
{
    struct fuse_place *place = &walk->place;
    size_t length = name_length(place->name);
    bool last = place->name[length] == '\0';
    if (length == 0 && last) {
        *ret_done = true;
        place->entry.nodeid = FUSE_ROOT_ID;
        return fuse_get_attributes(walk->volume, FUSE_ROOT_ID, &place->entry.attr);
    }
    if (length == 0 || (length == 1 && place->name[0] == '.'))
        return rewrite(walk, 0, "", 0, length);
    if (length == 2 && place->name[0] == '.' && place->name[1] == '.')
        return go_up(walk, length);
    *ret_done = last;
    if (last && !through)
        return EFI_SUCCESS;
    struct fuse_entry_out entry;
    EFI_STATUS status = look_up(walk, length, &entry);
    if (EFI_ERROR(status))
        return last && status == EFI_NOT_FOUND ? EFI_SUCCESS : status;
    if ((entry.attr.mode & FUSE_S_IFMT) == FUSE_S_IFLNK) {
        *ret_done = false;
        place->is_link |= last;
        status = follow(walk, entry.nodeid, length);
        fuse_forget(walk->volume, entry.nodeid);
    } else if (last) {
        place->entry = entry;
    } else {
        fuse_forget(walk->volume, place->parent);
        place->parent = entry.nodeid;
        place->name += length + 1;
    }
    return status;
}

EFI_STATUS fuse_find(struct fuse_volume *volume, const char *path, bool through,
                     struct fuse_place *ret)
{
    struct walk walk = {.volume = volume, .text = path};
    walk.place.parent = FUSE_ROOT_ID;
    walk.place.name = path + 1;
    bool done = false;
    EFI_STATUS status = EFI_SUCCESS;
    while (!done && !EFI_ERROR(status))
        status = step(&walk, through, &done);
    if (EFI_ERROR(status))
        fuse_leave(volume, &walk.place);
    else
        *ret = walk.place;
    return status;
}

void fuse_leave(struct fuse_volume *volume, struct fuse_place *place)
{
    fuse_forget(volume, place->parent);
    pool_free(place->own);
}
