/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/startup.h"

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/console.h"
#include "shell/execute.h"
#include "shell/files/files.h"
#include "shell/files/volume.h"
#include "shell/keyboard.h"
#include "shell/print.h"
#include "shell/shell.h"

#define DEFAULT_DELAY 5

/* The words of LoadOptions, if they are text at all: boot options hold anything. */
static EFI_STATUS words_of_options(struct startup *startup)
{
    const EFI_LOADED_IMAGE_PROTOCOL *image = shell.loaded_image;
    size_t length = image->LoadOptionsSize / sizeof(char16_t);
    const char *problem;
    if (image->LoadOptions == NULL || length == 0)
        return EFI_SUCCESS;
    length = ucs2_length(image->LoadOptions, length);
    char16_t *line = arena_alloc(&startup->arena, (length + 1) * sizeof *line);
    if (line == NULL)
        return EFI_OUT_OF_RESOURCES;
    memcpy(line, image->LoadOptions, length * sizeof *line);
    for (size_t i = 0; i < length; i++)
        if (line[i] < ' ' && line[i] != '\t')
            return EFI_SUCCESS;
    EFI_STATUS status =
        words_parse(&startup->arena, line, &startup->words, &startup->count, &problem);
    if (status != EFI_INVALID_PARAMETER)
        return status;
    startup->count = 0;
    return EFI_SUCCESS;
}

static EFI_STATUS words_of_parameters(struct startup *startup,
                                      const EFI_SHELL_PARAMETERS_PROTOCOL *parameters)
{
    startup->words = arena_alloc(&startup->arena, (parameters->Argc + 1) * sizeof *startup->words);
    if (startup->words == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (size_t i = 0; i < parameters->Argc; i++)
        startup->words[i].text = parameters->Argv[i];
    startup->count = parameters->Argc;
    return EFI_SUCCESS;
}

static bool take_delay(struct startup *startup, const char16_t *word)
{
    if (!text_starts_with(word, "-delay"))
        return false;
    if (word[6] == ':')
        return text_to_number(word + 7, &startup->delay, NULL);
    return word[6] == 0;
}

/* True when the word is an option of the shell itself. */
static bool take_option(struct startup *startup, const char16_t *word)
{
    static const struct {
        const char *name;
        size_t offset;
    } flags[] = {
        {"-nostartup", offsetof(struct startup, no_startup)},
        {"-startup", offsetof(struct startup, with_startup)},
        {"-nomap", offsetof(struct startup, no_map)},
        {"-noversion", offsetof(struct startup, no_version)},
        {"-exit", offsetof(struct startup, exit)},
    };
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (text_is(word, flags[i].name)) {
            *((bool *)((char *)startup + flags[i].offset)) = true;
            return true;
        }
    if (text_is(word, "-noconsolein"))
        shell.no_console_in = true;
    else if (text_is(word, "-noconsoleout"))
        shell.no_console_out = true;
    else if (text_is(word, "-nointerrupt"))
        shell.no_interrupt = true;
    else if (text_is(word, "-nonest"))
        shell.no_nesting = true;
    else
        return take_delay(startup, word);
    return true;
}

static bool names_shell(const struct word *word)
{
    size_t length = ucs2_length(word->text, SIZE_MAX);
    return length >= 4 && text_is(word->text + length - 4, ".efi");
}

EFI_STATUS startup_parse(struct startup *startup)
{
    EFI_SHELL_PARAMETERS_PROTOCOL *parameters;
    EFI_STATUS status = shell.bs->HandleProtocol(
        shell.image, GUID_OF(EFI_SHELL_PARAMETERS_PROTOCOL), (void **)&parameters);
    startup->delay = DEFAULT_DELAY;
    status =
        EFI_ERROR(status) ? words_of_options(startup) : words_of_parameters(startup, parameters);
    if (EFI_ERROR(status))
        return status;
    if (startup->count > 0 && names_shell(&startup->words[0])) {
        startup->words++;
        startup->count--;
    }
    while (startup->count > 0 && take_option(startup, startup->words[0].text)) {
        startup->words++;
        startup->count--;
    }
    return EFI_SUCCESS;
}

void startup_free(struct startup *startup)
{
    arena_free(&startup->arena);
}

/* Counts down; true unless the user pressed Esc. */
static bool wait_for_delay(uint64_t seconds)
{
    EFI_KEY_DATA key;
    for (uint64_t left = seconds; left > 0 && !shell.no_console_in; left--) {
        print("\rPress Esc in %u seconds to skip startup.nsh, another key to run it. ",
              (unsigned)left);
        for (unsigned i = 0; i < 10; i++) {
            if (keyboard_poll(&key)) {
                print("\n");
                return key.Key.ScanCode != SCAN_ESC;
            }
            if (!shell_sleep(100000))
                return false;
        }
    }
    if (seconds > 0)
        print("\n");
    return true;
}

/* startup.nsh where the shell itself lies, else in the root of its volume, else as any other
 * script. */
static char16_t *find_startup(void)
{
    struct volume *volume = volume_of_handle(shell.loaded_image->DeviceHandle);
    struct text name = {0};
    char16_t *found = NULL;
    if (volume != NULL && volume->has_files) {
        text_format(&name, "%ls\\startup.nsh", volume_name(volume));
        if (!name.failed && EFI_ERROR(execute_find(text_string(&name), &found)))
            found = NULL;
        text_free(&name);
    }
    if (found == NULL && EFI_ERROR(execute_find(u"startup.nsh", &found)))
        found = NULL;
    return found;
}

static EFI_STATUS run_startup_script(const struct startup *startup)
{
    char16_t *file = find_startup();
    EFI_STATUS status = EFI_SUCCESS;
    if (file == NULL)
        return EFI_SUCCESS;
    if (wait_for_delay(startup->delay)) {
        const char16_t *arguments[] = {file};
        status = execute_script(file, arguments, 1);
    }
    if (shell.interrupted)
        console_reset_input();
    shell_free(file);
    return status == EFI_OUT_OF_RESOURCES ? status : EFI_SUCCESS;
}

/* The words behind the shell's own options, as a command line. */
static EFI_STATUS run_command(const struct startup *startup)
{
    struct text line = {0};
    for (size_t i = 0; i < startup->count; i++) {
        text_append_utf8(&line, i > 0 ? " " : "");
        text_append_word(&line, startup->words[i].text);
    }
    EFI_STATUS status = line.failed ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
    if (!EFI_ERROR(status)) {
        execute_line(text_string(&line));
        if (shell.leaving != SHELL_ENDS) /* exit has a code of its own */
            shell.exit_code = shell.last_error;
    }
    text_free(&line);
    return status;
}

static void run_builtin(const char16_t *name)
{
    const struct command *command = command_find(name);
    if (command != NULL)
        (void)!command_run(command, NULL, 0);
    console_set_page_break(false);
}

EFI_STATUS startup_run(struct startup *startup)
{
    if (!startup->no_version && startup->count == 0)
        run_builtin(u"ver");
    if (!startup->no_map && startup->count == 0)
        run_builtin(u"map");
    EFI_STATUS status = EFI_SUCCESS;
    if (startup->with_startup || (!startup->no_startup && startup->count == 0))
        status = run_startup_script(startup);
    if (!EFI_ERROR(status) && startup->count > 0 && shell.leaving != SHELL_ENDS)
        status = run_command(startup);
    return status;
}
