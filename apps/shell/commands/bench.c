/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/cloudhv/boot_host.h"
#include "shell/command.h"
#include "shell/model/handles.h"
#include "shell/print.h"
#include "shell/shell.h"

static EFI_STATUS bench(struct invocation *i)
{
    CLOUDHV_BOOT_HOST_PROTOCOL *host = first_interface(GUID_OF(CLOUDHV_BOOT_HOST_PROTOCOL));
    uint64_t before = 0, time;
    const char *name;
    if (host == NULL)
        return complain_status(EFI_UNSUPPORTED, "this firmware keeps no timeline");
    print(" #  since entry   since the last   milestone\n");
    for (size_t at = 0; host->GetMilestone(host, at, &name, &time); at++) {
        if (time == UINT64_MAX)
            continue;
        print("%2zu %9llu us     %9llu us   %s\n", at, (unsigned long long)time,
              (unsigned long long)(time - before), name);
        before = time;
    }
    return EFI_SUCCESS;
}

SHELL_COMMAND(bench_command) = {
    .name = "bench",
    .run = bench,
    .summary = "Shows the timeline of this boot.",
    .operands = "",
    .details =
        "Milestones of the firmware, in microseconds. CloudHv's own; other firmware has none.",
};
