/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/files/files.h"
#include "shell/files/find.h"
#include "shell/protocol/parts.h"
#include "shell/shell.h"

/* File lists (UEFI Shell 2.2 §2.2, FindFiles): the caller holds a pointer to a head. */

static EFI_SHELL_FILE_INFO *element_of(EFI_LIST_ENTRY *link)
{
    return CONTAINER_OF(link, EFI_SHELL_FILE_INFO, Link);
}

static void unlink(EFI_LIST_ENTRY *link)
{
    link->BackLink->ForwardLink = link->ForwardLink;
    link->ForwardLink->BackLink = link->BackLink;
}

static void append(EFI_LIST_ENTRY *head, EFI_LIST_ENTRY *link)
{
    link->BackLink = head->BackLink;
    link->ForwardLink = head;
    head->BackLink->ForwardLink = link;
    head->BackLink = link;
}

static void free_element(EFI_SHELL_FILE_INFO *element)
{
    unlink(&element->Link);
    file_close(element->Handle);
    shell_free((void *)element->FullName);
    shell_free((void *)element->FileName);
    shell_free(element->Info);
    shell_free(element);
}

static EFI_SHELL_FILE_INFO *make_head(void)
{
    EFI_SHELL_FILE_INFO *head = shell_alloc(sizeof *head);
    if (head == NULL)
        return NULL;
    *head = (EFI_SHELL_FILE_INFO){0};
    head->Link.ForwardLink = head->Link.BackLink = &head->Link;
    return head;
}

static EFI_STATUS EFIAPI free_file_list(EFI_SHELL_FILE_INFO **FileList)
{
    if (FileList == NULL || *FileList == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_LIST_ENTRY *head = &(*FileList)->Link;
    while (head->ForwardLink != head)
        free_element(element_of(head->ForwardLink));
    shell_free(*FileList);
    *FileList = NULL;
    return EFI_SUCCESS;
}

static void *copy_of(const void *data, size_t size)
{
    void *copy = shell_alloc(size);
    if (copy != NULL)
        memcpy(copy, data, size);
    return copy;
}

static EFI_STATUS add(EFI_SHELL_FILE_INFO *head, const struct found *found)
{
    EFI_SHELL_FILE_INFO *element = shell_alloc(sizeof *element);
    if (element == NULL)
        return EFI_OUT_OF_RESOURCES;
    *element = (EFI_SHELL_FILE_INFO){
        .FullName = copy_of(found->full, ucs2_size(found->full)),
        .FileName = copy_of(found->name, ucs2_size(found->name)),
        .Info = copy_of(found->info, (size_t)found->info->Size),
    };
    append(&head->Link, &element->Link);
    if (element->FullName != NULL && element->FileName != NULL && element->Info != NULL)
        return EFI_SUCCESS;
    return EFI_OUT_OF_RESOURCES; /* the caller frees the list */
}

/* Adds all to the list, a new one if there is none. */
static EFI_STATUS add_all(const struct found *found, EFI_SHELL_FILE_INFO **list)
{
    EFI_SHELL_FILE_INFO *head = *list != NULL ? *list : make_head();
    EFI_STATUS status = head != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
    for (; found != NULL && !EFI_ERROR(status); found = found->next)
        status = add(head, found);
    if (EFI_ERROR(status) && *list == NULL && head != NULL)
        (void)free_file_list(&head);
    if (!EFI_ERROR(status))
        *list = head;
    return status;
}

static EFI_STATUS EFIAPI find_files_by_pattern(const char16_t *FilePattern,
                                               EFI_SHELL_FILE_INFO **FileList)
{
    struct arena arena = {0};
    struct found *found;
    EFI_SHELL_FILE_INFO *list = NULL;
    if (FilePattern == NULL || FileList == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = find_files(&arena, FilePattern, &found);
    if (!EFI_ERROR(status))
        status = add_all(found, &list);
    if (!EFI_ERROR(status))
        *FileList = list;
    arena_free(&arena);
    return status;
}

static EFI_STATUS EFIAPI find_files_in_dir(SHELL_FILE_HANDLE FileDirHandle,
                                           EFI_SHELL_FILE_INFO **FileList)
{
    EFI_FILE_PROTOCOL *directory = FileDirHandle;
    EFI_FILE_INFO *info;
    EFI_SHELL_FILE_INFO *list;
    if (directory == NULL || FileList == NULL)
        return EFI_INVALID_PARAMETER;
    list = make_head();
    EFI_STATUS status = list == NULL ? EFI_OUT_OF_RESOURCES : directory->SetPosition(directory, 0);
    while (!EFI_ERROR(status)) {
        status = file_next_entry(directory, &info);
        if (EFI_ERROR(status) || info == NULL)
            break;
        struct found found = {.full = info->FileName, .name = info->FileName, .info = info};
        status = add(list, &found);
        shell_free(info);
    }
    if (EFI_ERROR(status)) {
        if (list != NULL)
            (void)free_file_list(&list);
        return status;
    }
    *FileList = list;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_file_list(char16_t *Path, uint64_t OpenMode,
                                        EFI_SHELL_FILE_INFO **FileList)
{
    struct arena arena = {0};
    struct found *found;
    if (Path == NULL || FileList == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = find_files(&arena, Path, &found);
    if (!EFI_ERROR(status))
        status = add_all(found, FileList);
    arena_free(&arena);
    if (EFI_ERROR(status))
        return status;
    EFI_LIST_ENTRY *head = &(*FileList)->Link;
    for (EFI_LIST_ENTRY *link = head->ForwardLink; link != head; link = link->ForwardLink) {
        EFI_SHELL_FILE_INFO *element = element_of(link);
        EFI_FILE_PROTOCOL *file;
        if (element->Handle != NULL)
            continue;
        element->Status = file_open(element->FullName, OpenMode, 0, &file);
        element->Handle = EFI_ERROR(element->Status) ? NULL : file;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI remove_dup_in_file_list(EFI_SHELL_FILE_INFO **FileList)
{
    if (FileList == NULL || *FileList == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_LIST_ENTRY *head = &(*FileList)->Link;
    for (EFI_LIST_ENTRY *a = head->ForwardLink; a != head; a = a->ForwardLink)
        for (EFI_LIST_ENTRY *b = a->ForwardLink, *next; b != head; b = next) {
            next = b->ForwardLink;
            if (text_compare_ignoring_case(element_of(a)->FullName, element_of(b)->FullName) == 0)
                free_element(element_of(b));
        }
    return EFI_SUCCESS;
}

void protocol_fill_file_lists(EFI_SHELL_PROTOCOL *p)
{
    p->OpenFileList = open_file_list;
    p->FreeFileList = free_file_list;
    p->RemoveDupInFileList = remove_dup_in_file_list;
    p->FindFiles = find_files_by_pattern;
    p->FindFilesInDir = find_files_in_dir;
}
