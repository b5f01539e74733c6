/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/protocols/rng.h"
#include "models/cpu.h"

static unsigned seed_failures, seeds, randoms;

static bool seed(uint64_t *ret)
{
    if (seed_failures > 0) {
        seed_failures--;
        return false;
    }
    *ret = 0x0101010101010101ull * ++seeds;
    return true;
}

static bool dry(uint64_t *ret)
{
    return false;
}

static bool random_word(uint64_t *ret)
{
    *ret = ++randoms;
    return true;
}

static EFI_STATUS source_status;

static EFI_STATUS all_ff(void *context, uint8_t *data, size_t size)
{
    if (!EFI_ERROR(source_status))
        memset(data, 0xff, size);
    return source_status;
}

static bool is_published(void)
{
    void *interface;
    return locate_protocol(GUID_OF(EFI_RNG_PROTOCOL), NULL, &interface) == EFI_SUCCESS;
}

/* A device's source comes and goes with its driver. */
static void test_published_with_a_source(void **state)
{
    static struct entropy_source source = {.read = all_ff};
    assert_int_equal(rng_publish(), EFI_SUCCESS);
    assert_false(is_published());
    rng_add_source(&source);
    assert_int_equal(rng_publish(), EFI_SUCCESS);
    assert_int_equal(rng_publish(), EFI_SUCCESS);
    assert_true(is_published());
    rng_remove_source(&source);
    assert_int_equal(rng_publish(), EFI_SUCCESS);
    assert_false(is_published());
    assert_false(rng_available());
    handles_reset();
}

static void test_processor(void **state)
{
    EFI_RNG_PROTOCOL *p = &rng_protocol;
    uint8_t out[100];
    rng_init(); /* neither instruction */
    assert_false(rng_available());
    assert_int_equal(p->GetRNG(p, NULL, sizeof out, out), EFI_UNSUPPORTED);

    fake_cpu.seed = seed;
    rng_init();
    assert_true(rng_available());
    seed_failures = 5;
    memset(out, 0, sizeof out);
    assert_int_equal(p->GetRNG(p, NULL, 19, out), EFI_SUCCESS);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], i < 19 ? i / 8 + 1 : 0);

    fake_cpu.seed = dry; /* then RDRAND, if there is one */
    assert_int_equal(p->GetRNG(p, NULL, 8, out), EFI_NOT_READY);
    fake_cpu.random = random_word;
    assert_int_equal(p->GetRNG(p, NULL, 16, out), EFI_SUCCESS);
    assert_int_equal(randoms, 2048);
    fake_cpu.random = dry;
    assert_int_equal(p->GetRNG(p, NULL, 8, out), EFI_NOT_READY);
}

static void test_parameters(void **state)
{
    EFI_RNG_PROTOCOL *p = &rng_protocol;
    EFI_GUID algorithms[2], raw = EFI_RNG_ALGORITHM_RAW_GUID, other = EFI_RNG_PROTOCOL_GUID;
    size_t size = 0;
    uint8_t out[8];
    fake_cpu.seed = seed;
    assert_int_equal(p->GetInfo(p, NULL, algorithms), EFI_INVALID_PARAMETER);
    assert_int_equal(p->GetInfo(p, &size, NULL), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, sizeof raw);
    assert_int_equal(p->GetInfo(p, &size, NULL), EFI_INVALID_PARAMETER);
    size = sizeof algorithms;
    assert_int_equal(p->GetInfo(p, &size, algorithms), EFI_SUCCESS);
    assert_int_equal(size, sizeof raw);
    assert_true(guid_equal(algorithms, &raw));

    assert_int_equal(p->GetRNG(p, &raw, sizeof out, out), EFI_SUCCESS);
    assert_int_equal(p->GetRNG(p, &other, sizeof out, out), EFI_UNSUPPORTED);
    assert_int_equal(p->GetRNG(p, &raw, 0, out), EFI_INVALID_PARAMETER);
    assert_int_equal(p->GetRNG(p, &raw, 8, NULL), EFI_INVALID_PARAMETER);
}

static void test_sources_mix(void **state)
{
    static struct entropy_source source = {.read = all_ff};
    uint8_t out[130];
    rng_add_source(&source);
    seeds = 0;
    fake_cpu.seed = seed;
    assert_int_equal(rng_read(out, sizeof out), EFI_SUCCESS);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], 0xff ^ (i / 8 + 1));

    source_status = EFI_DEVICE_ERROR; /* one of two is enough */
    assert_int_equal(rng_read(out, sizeof out), EFI_SUCCESS);
    assert_int_not_equal(out[0], 0xff);
    fake_cpu.seed = dry;
    fake_cpu.random = NULL;
    assert_true(EFI_ERROR(rng_read(out, sizeof out)));
    source_status = EFI_SUCCESS;
    assert_int_equal(rng_read(out, sizeof out), EFI_SUCCESS);
    assert_int_equal(out[0], 0xff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_with_a_source),
        cmocka_unit_test(test_processor),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_sources_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
