/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "storage/fuse/private.h"

/* Requests and what servers may answer to them. */

static EFI_STATUS status_of(int32_t error)
{
    switch (-error) {
    case FUSE_ENOENT:
    case FUSE_ENOTDIR:
        return EFI_NOT_FOUND;
    case FUSE_EPERM:
    case FUSE_EACCES:
    case FUSE_EEXIST:
    case FUSE_EISDIR:
    case FUSE_ENOTEMPTY:
        return EFI_ACCESS_DENIED;
    case FUSE_EINVAL:
    case FUSE_ENAMETOOLONG:
        return EFI_INVALID_PARAMETER;
    case FUSE_EROFS:
        return EFI_WRITE_PROTECTED;
    case FUSE_ENOSPC:
    case FUSE_EDQUOT:
    case FUSE_EFBIG:
        return EFI_VOLUME_FULL;
    case FUSE_ENOMEM:
        return EFI_OUT_OF_RESOURCES;
    case FUSE_ENOSYS:
        return EFI_UNSUPPORTED;
    default:
        return EFI_DEVICE_ERROR;
    }
}

static void fill_header(struct fuse_volume *volume, enum fuse_opcode opcode, uint64_t node,
                        struct fuse_call *call)
{
    call->header = (struct fuse_in_header){
        .len = (uint32_t)(sizeof call->header + call->arguments_size + call->data_size),
        .opcode = opcode,
        .unique = ++volume->unique,
        .nodeid = node,
    };
}

EFI_STATUS fuse_request(struct fuse_volume *volume, enum fuse_opcode opcode, uint64_t node,
                        struct fuse_call *call, size_t least)
{
    fill_header(volume, opcode, node, call);
    EFI_STATUS status = volume->device->operations->call(volume->device, call);
    if (EFI_ERROR(status))
        return status;
    const struct fuse_out_header *reply = &call->reply;
    if (reply->unique != call->header.unique || reply->len < sizeof *reply ||
        reply->len - sizeof *reply > call->result_length || reply->error > 0 ||
        reply->error < -FUSE_ERROR_MAX)
        goto bad;
    if (reply->error != 0)
        return status_of(reply->error);
    call->result_length = reply->len - sizeof *reply;
    if (call->result_length >= least)
        return EFI_SUCCESS;
bad:
    return log_failure(EFI_VOLUME_CORRUPTED, "%s: bad answer to request %u", volume->device->name,
                       opcode);
}

EFI_STATUS fuse_check_entry(struct fuse_volume *volume, const struct fuse_entry_out *entry)
{
    if (entry->nodeid == 0)
        return EFI_NOT_FOUND;
    if (entry->nodeid == FUSE_ROOT_ID)
        return log_failure(EFI_VOLUME_CORRUPTED, "%s: the root inside of itself",
                           volume->device->name);
    return EFI_SUCCESS;
}

EFI_STATUS fuse_lookup(struct fuse_volume *volume, uint64_t parent, const char *name,
                       struct fuse_entry_out *ret)
{
    struct fuse_call call = {.arguments = name,
                             .arguments_size = ascii_length(name, FUSE_PATH_MAX) + 1,
                             .result = ret,
                             .result_size = sizeof *ret};
    EFI_STATUS status = fuse_request(volume, FUSE_LOOKUP, parent, &call, sizeof *ret);
    return EFI_ERROR(status) ? status : fuse_check_entry(volume, ret);
}

EFI_STATUS fuse_get_attributes(struct fuse_volume *volume, uint64_t node, struct fuse_attr *ret)
{
    static const struct fuse_getattr_in in;
    struct fuse_attr_out out;
    struct fuse_call call = {
        .arguments = &in, .arguments_size = sizeof in, .result = &out, .result_size = sizeof out};
    EFI_STATUS status = fuse_request(volume, FUSE_GETATTR, node, &call, sizeof out);
    if (!EFI_ERROR(status))
        *ret = out.attr;
    return status;
}

EFI_STATUS fuse_set_attributes(struct fuse_volume *volume, uint64_t node,
                               const struct fuse_setattr_in *attributes)
{
    struct fuse_attr_out out;
    struct fuse_call call = {.arguments = attributes,
                             .arguments_size = sizeof *attributes,
                             .result = &out,
                             .result_size = sizeof out};
    return fuse_request(volume, FUSE_SETATTR, node, &call, sizeof out);
}

EFI_STATUS fuse_name_request(struct fuse_volume *volume, enum fuse_opcode opcode, uint64_t parent,
                             const char *name)
{
    struct fuse_call call = {.arguments = name,
                             .arguments_size = ascii_length(name, FUSE_PATH_MAX) + 1};
    return fuse_request(volume, opcode, parent, &call, 0);
}

/* The root was never looked up, and there is no reply. A device that takes no more requests says so
 * to the next one that has. */
void fuse_forget(struct fuse_volume *volume, uint64_t node)
{
    const struct fuse_forget_in in = {.nlookup = 1};
    struct fuse_call call = {.arguments = &in, .arguments_size = sizeof in};
    if (node == FUSE_ROOT_ID)
        return;
    fill_header(volume, FUSE_FORGET, node, &call);
    EFI_STATUS status = volume->device->operations->post(volume->device, &call);
    (void)status;
}
