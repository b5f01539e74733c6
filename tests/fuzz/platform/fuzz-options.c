/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>
#include <string.h>

#include "models/bus.h"
#include "models/fw_cfg.h"
#include "platform/machine.h"
#include "platform/options.h"
#include "platform/virtio_places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first NUL parts the command line from the contents of a fw_cfg file. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"boot", "noboot", "nx", "options"};
    char *line = malloc(size + 1);
    memcpy(line, data, size);
    line[size] = '\0';
    size_t length = strlen(line);
    line = realloc(line, length + 1);

    struct bus bus = {0};
    bus_use(&bus);
    static struct fw_cfg_model device;
    memset(&device, 0, sizeof device);
    device.has_dma = size % 2 != 0;
    device.count = 1;
    device.files[0].name = "opt/cloudhv/boot";
    device.files[0].data = data + length;
    device.files[0].size = (uint32_t)(size - length);
    fw_cfg_model_add(&device, &bus);

    const struct smbios none = {0};
    options_set_sources(line, &none, true);
    host_options_check();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *value = host_option(keys[i]);
        if (value != NULL && strlen(value) > size)
            abort();
        if (value != host_option(keys[i]))
            abort();
    }
    static const struct aml_findings nothing;
    struct virtio_place places[4];
    if (virtio_places_find(line, &nothing, places, 4) > 4)
        abort();
    bus_use(NULL);
    free(line);
    return 0;
}
