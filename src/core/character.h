/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A byte stream to a terminal, as the UART and virtio-console drivers offer it. */
struct character_device;

struct character_operations {
    /* Writes what the device takes now; returns the number of bytes taken. Never blocks longer than
     * a short deadline; a device that does not drain drops bytes. */
    size_t (*write)(struct character_device *device, const void *data, size_t size);

    /* Reads what is there, up to `size` bytes; 0 when there is nothing. */
    size_t (*read)(struct character_device *device, void *data, size_t size);

    /* Asks for an interrupt when input arrives; false when the device cannot and must be polled.
     * NULL: cannot. */
    bool (*enable_receive_interrupt)(struct character_device *device, bool enable);

    /* The terminal's size when the device knows it (virtio-console), else false. NULL: unknown. */
    bool (*get_size)(struct character_device *device, uint16_t *ret_columns, uint16_t *ret_rows);
};

struct character_device {
    const struct character_operations *operations;
    char name[40];
};
