/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/tree.h"

#include "shell/shell.h"

/* A damaged file system may have a directory inside itself. */
#define DEEPEST_DIRECTORY 64

struct walk {
    enum tree_order order;
    EFI_STATUS (*visit)(void *context, const struct found *found);
    void *context;
    unsigned depth;
};

static EFI_STATUS walk_one(struct walk *walk, const struct found *found);

static EFI_STATUS walk_children(struct walk *walk, const struct found *directory)
{
    struct arena arena = {0};
    struct found *found = NULL;
    EFI_STATUS status = walk->depth < DEEPEST_DIRECTORY
                            ? find_in_directory(&arena, directory->full, &found)
                            : EFI_BAD_BUFFER_SIZE;
    walk->depth++;
    for (; !EFI_ERROR(status) && found != NULL; found = found->next)
        status = walk_one(walk, found);
    walk->depth--;
    arena_free(&arena);
    return status;
}

static EFI_STATUS walk_one(struct walk *walk, const struct found *found)
{
    bool goes_in = walk->order != TREE_ALONE && found_is_directory(found);
    EFI_STATUS status = shell_interrupted() ? EFI_ABORTED : EFI_SUCCESS;
    if (!EFI_ERROR(status) && goes_in && walk->order == TREE_CHILDREN)
        status = walk_children(walk, found);
    if (!EFI_ERROR(status))
        status = walk->visit(walk->context, found);
    if (!EFI_ERROR(status) && goes_in && walk->order == TREE_PARENTS)
        status = walk_children(walk, found);
    return status;
}

EFI_STATUS tree_walk(const struct found *root, enum tree_order order,
                     EFI_STATUS (*visit)(void *context, const struct found *found), void *context)
{
    struct walk walk = {order, visit, context, 0};
    return walk_one(&walk, root);
}
