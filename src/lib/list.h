/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/macros.h"

/* Circular doubly linked list with the links inside the elements. A head is a node of its own. */
struct list {
    struct list *next, *previous;
};

#define LIST_INIT(head)                                                                            \
    {                                                                                              \
        &(head), &(head)                                                                           \
    }

static inline void list_init(struct list *head)
{
    head->next = head->previous = head;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

static inline void list_insert_before(struct list *node, struct list *where)
{
    node->previous = where->previous;
    node->next = where;
    where->previous->next = node;
    where->previous = node;
}

static inline void list_append(struct list *head, struct list *node)
{
    list_insert_before(node, head);
}

/* Takes the node out; it is then an empty list of its own, so that removing it again is harmless.
 */
static inline void list_remove(struct list *node)
{
    node->previous->next = node->next;
    node->next->previous = node->previous;
    list_init(node);
}

#define LIST_ENTRY(node, type, member) CONTAINER_OF(node, type, member)

/* Walks the list; the body must not remove `node`. */
#define LIST_FOR_EACH(node, head)                                                                  \
    for (struct list *node = (head)->next; node != (head); node = node->next)

/* The same when the body may remove `node`, and no other. */
#define LIST_FOR_EACH_SAFE(node, head)                                                             \
    for (struct list *node = (head)->next, *node##_next = node->next; node != (head);              \
         node = node##_next, node##_next = node->next)
