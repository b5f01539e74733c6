/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The console and the entropy device. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "models/virtio_console.h"
#include "models/virtio_rng.h"
#include "vmm/kind.h"
#include "vmm/virtio_devices.h"

#define RNG_QUEUE_SIZE 256
#define TYPING_NS      10000000 /* a guest without room for input is asked again */

static const struct place anywhere;

static void (*console_notify)(struct virtio_model *virtio, unsigned queue);
static struct virtio_console_model console;
static struct vm *vm;

static void show_console(struct virtio_model *virtio, unsigned queue)
{
    console_notify(virtio, queue);
    if (vm->options->console == CONSOLE_TTY)
        fwrite(console.output, 1, console.output_length, stdout);
    fflush(stdout);
    console.output_length = 0;
}

static size_t type(const char *text, size_t size)
{
    pthread_mutex_lock(&vm->lock);
    size_t done = vm->ending == END_RUNNING ? virtio_console_model_type(&console, text, size) : 0;
    pthread_mutex_unlock(&vm->lock);
    return done;
}

static void *type_input(void *context)
{
    const struct timespec pause = {0, TYPING_NS};
    char text[64];
    ssize_t size;
    while ((size = read(STDIN_FILENO, text, sizeof text)) > 0) {
        size_t done = 0;
        while ((done += type(text + done, (size_t)size - done)) < (size_t)size)
            nanosleep(&pause, NULL);
    }
    return NULL;
}

void add_console(struct vm *the_vm)
{
    pthread_t thread;
    vm = the_vm;
    virtio_console_model_init(&console, &vm->bus, VIRTIO_CONSOLE_F_SIZE);
    console_notify = console.virtio.notify;
    console.virtio.notify = show_console;
    vm->options->kind->plug(vm, &console.virtio, &anywhere, false);
    if (vm->options->console == CONSOLE_TTY && pthread_create(&thread, NULL, type_input, NULL) != 0)
        die("no thread for input");
}

void add_rng(struct vm *the_vm)
{
    static struct virtio_rng_model rng;
    virtio_rng_model_init(&rng, &the_vm->bus, RNG_QUEUE_SIZE);
    the_vm->options->kind->plug(the_vm, &rng.virtio, &anywhere, false);
}
