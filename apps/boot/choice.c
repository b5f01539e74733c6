/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/choice.h"

#include "boot/hotkey.h"
#include "boot/option.h"
#include "boot/shell.h"
#include "boot/variable.h"
#include "efi/guid.h"
#include "lib/printf.h"
#include "lib/ucs2.h"

#define FOR_EVER         0xffffu
#define UNITS_PER_SECOND 10000000ull /* of SetTimer, 100 ns */

struct choice {
    struct boot *boot;
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *input;
    struct hotkeys *hotkeys;
    uint16_t seconds; /* that are left */
    enum { CHOICE_OPEN, CHOICE_BOOT, CHOICE_SHELL, CHOICE_HOTKEY } made;
    const struct hotkey *hotkey;
};

static void take_key(struct choice *choice, const EFI_KEY_DATA *press)
{
    choice->hotkey = hotkeys_press(choice->hotkeys, press);
    if (choice->hotkey != NULL)
        choice->made = CHOICE_HOTKEY;
    else if (press->Key.UnicodeChar == '\r')
        choice->made = CHOICE_BOOT;
    else if (press->Key.ScanCode == SCAN_ESC || press->Key.ScanCode == SCAN_F2)
        choice->made = CHOICE_SHELL;
}

static void take_keys(struct choice *choice)
{
    EFI_KEY_DATA press;
    while (choice->made == CHOICE_OPEN &&
           !EFI_ERROR(choice->input->ReadKeyStrokeEx(choice->input, &press)))
        take_key(choice, &press);
}

static void show(struct choice *choice, const char *text)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *output = choice->boot->st->ConOut;
    char16_t wide[80];
    ucs2_from_ascii(wide, ARRAY_SIZE(wide), text);
    (void)output->OutputString(output, wide);
}

/* Over the last one: one column less when the number has lost a digit. */
static void show_seconds(struct choice *choice)
{
    char text[80];
    if (choice->seconds == FOR_EVER)
        format_text(text, sizeof text, "\rEnter boots; Esc or F2: shell ");
    else
        format_text(text, sizeof text, "\rBooting in %u s (Enter: now; Esc or F2: shell)  \b",
                    choice->seconds);
    show(choice, text);
}

static void wait_with(struct choice *choice, EFI_EVENT timer)
{
    EFI_EVENT events[] = {choice->input->WaitForKeyEx, timer};
    size_t index;
    while (choice->made == CHOICE_OPEN && choice->seconds > 0) {
        show_seconds(choice);
        if (EFI_ERROR(choice->boot->bs->WaitForEvent(ARRAY_SIZE(events), events, &index)))
            return;
        if (index == 0)
            take_keys(choice);
        else if (choice->seconds != FOR_EVER)
            choice->seconds--;
    }
}

static void wait(struct choice *choice)
{
    EFI_BOOT_SERVICES *bs = choice->boot->bs;
    EFI_EVENT timer;
    if (EFI_ERROR(bs->CreateEvent(EVT_TIMER, 0, NULL, NULL, &timer)))
        return;
    if (!EFI_ERROR(bs->SetTimer(timer, TimerPeriodic, UNITS_PER_SECOND))) {
        wait_with(choice, timer);
        show(choice, "\r\n");
    }
    (void)bs->CloseEvent(timer);
}

void boot_choice(struct boot *boot)
{
    static struct hotkeys hotkeys;
    struct choice choice = {.boot = boot, .hotkeys = &hotkeys, .seconds = variable_timeout(boot)};
    if (choice.seconds == 0 ||
        EFI_ERROR(boot->bs->HandleProtocol(boot->st->ConsoleInHandle,
                                           GUID_OF(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL),
                                           (void **)&choice.input)))
        return;
    hotkeys_read(boot, &hotkeys);
    wait(&choice);
    if (choice.made == CHOICE_SHELL)
        (void)boot_shell(boot);
    else if (choice.made == CHOICE_HOTKEY)
        boot_hotkey(boot, choice.hotkey);
}
