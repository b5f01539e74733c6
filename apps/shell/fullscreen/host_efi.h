/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/fullscreen/file_editor.h"
#include "shell/fullscreen/hex_editor.h"

/* The shell's console, files, disks and memory for full-screen programs. */
extern const struct file_host host_files;
extern const struct region_host host_regions;

/* Takes the console until host_screen_close(): Ctrl-C and Ctrl-S are keys like others. NULL: there
 * is none, and a complaint was made. */
const struct screen_host *host_screen_open(void);
void host_screen_close(void);
