/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/loaded_image.h"
#include "selftest/child/child.h"
#include "selftest/fixture.h"

/* From tools/embed.py: one child, as three kinds of image. */
extern uint8_t child_app[], child_app_end[], child_driver[], child_driver_end[];
extern uint8_t child_runtime[], child_runtime_end[];

/* Data and size, for load_child() and LoadImage */
#define APP     child_app, (size_t)(child_app_end - child_app)
#define DRIVER  child_driver, (size_t)(child_driver_end - child_driver)
#define RUNTIME child_runtime, (size_t)(child_runtime_end - child_runtime)
#define LOADED  GUID_OF(EFI_LOADED_IMAGE_PROTOCOL)

/* What the child that was loaded last is to do, and what it has seen. */
extern struct child_orders orders;

/* NULL is a failed check. */
EFI_LOADED_IMAGE_PROTOCOL *loaded_image(EFI_HANDLE handle);
bool is_gone(EFI_HANDLE handle);
/* Loads a child with its orders; NULL: it was not loaded. */
EFI_HANDLE load_child(void *data, size_t size, enum child_order order, EFI_STATUS status);
