/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/print.h"

/* Commands of the network profile. There is no IP stack yet: they say so, and do nothing. */

static EFI_STATUS missing(struct invocation *i)
{
    return complain_status(EFI_UNSUPPORTED, "this firmware has no IP network");
}

SHELL_COMMAND(ifconfig_command) = {
    .name = "ifconfig",
    .run = missing,
    .summary = "Would configure IP interfaces: there is no IP network yet.",
    .operands = "",
    .most = ANY_NUMBER,
    .plain_words = true,
};

SHELL_COMMAND(ping_command) = {
    .name = "ping",
    .run = missing,
    .summary = "Would send echo requests: there is no IP network yet.",
    .operands = "address",
    .most = ANY_NUMBER,
    .plain_words = true,
};

SHELL_COMMAND(tftp_command) = {
    .name = "tftp",
    .run = missing,
    .summary = "Would fetch a file from a server: there is no IP network yet.",
    .operands = "server file",
    .most = ANY_NUMBER,
    .plain_words = true,
};
