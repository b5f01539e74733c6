/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/debug_port.h"

#include "arch/io.h"
#include "core/log.h"

#define DEBUG_PORT_READS 0xe9

static void write_line(void *context, const char *text, size_t length)
{
    uint16_t port = (uint16_t)(uintptr_t)context;
    for (size_t i = 0; i < length; i++)
        io_write8(port, (uint8_t)text[i]);
}

void debug_ports_init(void)
{
    static struct log_sink sinks[] = {
        {.level = LOG_DEBUG, .write = write_line, .context = (void *)DEBUG_PORT_402},
        {.level = LOG_DEBUG, .write = write_line, .context = (void *)DEBUG_PORT_E9},
    };
    for (size_t i = 0; i < ARRAY_SIZE(sinks); i++)
        if (io_read8((uint16_t)(uintptr_t)sinks[i].context) == DEBUG_PORT_READS)
            log_add_sink(&sinks[i]);
}
