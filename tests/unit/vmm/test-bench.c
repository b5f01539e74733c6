/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The bench against the dumps: what a guest reads from it is what was read on Cloud Hypervisor. */
#include "bench_fixture.h"

/* The bench frees nothing: it makes one machine in its life. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int main(void)
{
    return test_tables() + test_devices() + test_pci() + test_virtio() + test_options() +
           test_firecracker();
}
