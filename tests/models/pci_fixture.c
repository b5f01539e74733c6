/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/pci_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_registers(struct pci_model_function *f, const char *line)
{
    unsigned offset;
    uint32_t v[8];
    if (sscanf(line,
               " %x: %" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32
               " %" SCNx32 " %" SCNx32,
               &offset, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) == 9 &&
        offset + sizeof v <= sizeof f->config)
        memcpy(&f->config[offset], v, sizeof v);
}

static void read_bar(struct pci_model_function *f, const char *line)
{
    unsigned index;
    char kind[8];
    uint64_t address, size;
    if (sscanf(line, " BAR%u %7s addr=%" SCNx64 " size=%" SCNx64, &index, kind, &address, &size) !=
            4 ||
        index >= 6)
        return;
    f->bars[index].size = size;
    f->bars[index].is_64 = strcmp(kind, "mem64") == 0;
    f->bars[index].is_io = strcmp(kind, "io") == 0;
}

unsigned pci_fixture_load(struct pci_model *segment, const char *name)
{
    const char *source = getenv("CLOUDHV_SOURCE");
    char path[512], line[512];
    snprintf(path, sizeof path, "%s/tests/fixtures/%s", source != NULL ? source : ".", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        abort();
    }
    struct pci_model_function *functions[64];
    unsigned count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned bus, device, function;
        if (sscanf(line, "PCI %x:%x.%u", &bus, &device, &function) == 3 && count < 64) {
            struct pci_model_function *f = calloc(1, sizeof *f);
            if (f == NULL)
                abort();
            f->device = (uint8_t)device;
            f->function = (uint8_t)function;
            functions[count++] = f;
        } else if (count > 0) {
            read_bar(functions[count - 1], line);
            read_registers(functions[count - 1], line);
        }
    }
    fclose(file);
    for (unsigned i = 0; i < count; i++)
        pci_model_add(segment, functions[i]);
    return count;
}

void pci_fixture_free(struct pci_model *segment)
{
    while (segment->functions != NULL) {
        struct pci_model_function *first = segment->functions;
        segment->functions = first->next;
        free(first);
    }
}
