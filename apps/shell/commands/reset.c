/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { WARM, COLD, SHUTDOWN, FIRMWARE };

static const struct option options[] = {
    {"-w", OPTION_FLAG, NULL, "Warm reset."},
    {"-c", OPTION_FLAG, NULL, "Cold reset; the default."},
    {"-s", OPTION_FLAG, NULL, "Turns the machine off."},
    {"-fwui", OPTION_FLAG, NULL, "Asks for the firmware's user interface at the next start."},
};

#define EFI_OS_INDICATIONS_BOOT_TO_FW_UI 0x1ull

/* UEFI 2.10 §8.5.4: only what OsIndicationsSupported has may be asked for. */
static EFI_STATUS ask_for_user_interface(void)
{
    uint64_t supported = 0, wanted = 0;
    size_t size = sizeof supported;
    const EFI_GUID *global = GUID_OF(EFI_GLOBAL_VARIABLE);
    EFI_STATUS status =
        shell.rt->GetVariable(u"OsIndicationsSupported", global, NULL, &size, &supported);
    if (EFI_ERROR(status) || (supported & EFI_OS_INDICATIONS_BOOT_TO_FW_UI) == 0)
        return EFI_UNSUPPORTED;
    size = sizeof wanted;
    if (EFI_ERROR(shell.rt->GetVariable(u"OsIndications", global, NULL, &size, &wanted)))
        wanted = 0;
    wanted |= EFI_OS_INDICATIONS_BOOT_TO_FW_UI;
    return shell.rt->SetVariable(u"OsIndications", global,
                                 EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
                                     EFI_VARIABLE_RUNTIME_ACCESS,
                                 sizeof wanted, &wanted);
}

static EFI_STATUS reset(struct invocation *i)
{
    if ((i->values[WARM] != NULL) + (i->values[COLD] != NULL) + (i->values[SHUTDOWN] != NULL) > 1) {
        complain("only one of -w, -c and -s can be meant");
        return EFI_INVALID_PARAMETER;
    }
    if (i->values[FIRMWARE] != NULL) {
        EFI_STATUS status = ask_for_user_interface();
        if (EFI_ERROR(status))
            return complain_status(status, "user interface of the firmware");
    }
    EFI_RESET_TYPE type = i->values[SHUTDOWN] != NULL ? EfiResetShutdown
                          : i->values[WARM] != NULL   ? EfiResetWarm
                                                      : EfiResetCold;
    char16_t *why = i->count > 0 ? i->operands[0] : NULL;
    shell.rt->ResetSystem(type, EFI_SUCCESS, why != NULL ? ucs2_size(why) : 0, why);
    return complain_status(EFI_DEVICE_ERROR, "the machine goes on");
}

SHELL_COMMAND(reset_command) = {
    .name = "reset",
    .run = reset,
    .summary = "Resets the machine, or turns it off.",
    .operands = "[reason]",
    .examples = "  reset\n  reset -s",
    OPTIONS(options),
    .most = 1,
};
