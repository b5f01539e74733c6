/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/print.h"

/* Words of the language: the script engine takes them out of scripts, so that only prompts and
 * programs get here, and help. */
static EFI_STATUS only_in_scripts(struct invocation *i)
{
    complain("works in scripts only");
    return EFI_UNSUPPORTED;
}

#define SCRIPT_WORD(word, title, after, text, sample)                                              \
    SHELL_COMMAND(word##_word) = {                                                                 \
        .name = #word,                                                                             \
        .run = only_in_scripts,                                                                    \
        .summary = title,                                                                          \
        .operands = after,                                                                         \
        .details = text,                                                                           \
        .examples = sample,                                                                        \
        .most = ANY_NUMBER,                                                                        \
        .keeps_last_error = true,                                                                  \
        .plain_words = true,                                                                       \
    }

SCRIPT_WORD(for, "Runs lines of a script for each of several values.",
            "%index in set… | %index run (start end [step])",
            "The lines up to 'endfor' run once for each word of the set, or for each file that a\n"
            "pattern stands for, or for each number. %index stands for it. Letter case counts for\n"
            "nothing.",
            "  for %f in *.efi\n    echo %f\n  endfor\n  for %i run (1 10 3)\n    echo %i\n  endfor");

SCRIPT_WORD(endfor, "Ends the lines of a 'for'.", "", NULL, NULL);

SCRIPT_WORD(
    if, "Runs lines of a script when something is so.",
    "[not] condition [and|or [not] condition]… then",
    "The lines up to 'else' or 'endif' run when it is so, those between 'else' and 'endif'\n"
    "when it is not. Conditions:\n"
    "  exist FILE          the file, directory or pattern stands for something\n"
    "  available NAME      the same, or it is found along %path%\n"
    "  profile NAME        %profiles% has it\n"
    "  A == B, A eq B      the strings are the same; /i in front ignores letter case\n"
    "  A gt ge lt le B     numbers, or strings with /s; ugt ult uge ule: without sign\n"
    "  isint(A)            A is a number\n"
    "Functions for A and B: efierror(), pierror(), oemerror() and their like.",
    "  if not exist fs0:\\boot.cfg then\n    echo none\n  else\n    type fs0:\\boot.cfg\n"
    "  endif\n  if %lasterror% ne 0 then\n    goto failed\n  endif");

SCRIPT_WORD(else, "Begins the lines that run when an 'if' is not so.", "", NULL, NULL);
SCRIPT_WORD(endif, "Ends the lines of an 'if'.", "", NULL, NULL);

SCRIPT_WORD(goto, "Goes on at another line of the script.", "label",
            "The line with the label begins with a colon and its name.",
            "  goto done\n  echo skipped\n  :done");

SCRIPT_WORD(shift, "Moves the parameters of a script down by one.", "",
            "%1 becomes what %2 was, and so on, so that more than nine can be read.", NULL);
