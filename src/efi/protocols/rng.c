/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/rng.h"

#include "arch/cpu.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "lib/memory.h"

/* RDSEED fails for some microseconds after it was emptied. */
#define SEED_TRIES 10000

/* The generator behind RDRAND takes new entropy at least once in 512 outputs of 128 bits (Intel
 * DRNG guide §4.2.6), so this many words are sure to hold some, and their exclusive or keeps it. */
#define RANDOM_WORDS_PER_SEED 1024

static struct entropy_source *sources;

static bool processor_word(uint64_t *ret)
{
    for (unsigned i = 0; cpu_has_seed() && i < SEED_TRIES; i++) {
        if (cpu_seed(ret))
            return true;
        cpu_relax();
    }
    uint64_t folded = 0, word;
    for (unsigned i = 0; i < RANDOM_WORDS_PER_SEED; i++) {
        if (!cpu_random(&word))
            return false;
        folded ^= word;
    }
    *ret = folded;
    return true;
}

static EFI_STATUS processor_read(void *context, uint8_t *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        uint64_t word;
        if (!processor_word(&word))
            return EFI_NOT_READY;
        size_t part = MIN(size - done, sizeof word);
        memcpy(data + done, &word, part);
        done += part;
    }
    return EFI_SUCCESS;
}

void rng_add_source(struct entropy_source *source)
{
    source->next = sources;
    sources = source;
}

void rng_remove_source(struct entropy_source *source)
{
    for (struct entropy_source **link = &sources; *link != NULL; link = &(*link)->next) {
        if (*link == source) {
            *link = source->next;
            return;
        }
    }
}

void rng_init(void)
{
    static struct entropy_source processor = {.read = processor_read};
    if (cpu_has_random() || cpu_has_seed())
        rng_add_source(&processor);
}

bool rng_available(void)
{
    return sources != NULL;
}

static EFI_STATUS read_piece(uint8_t *data, size_t size)
{
    uint8_t piece[64];
    EFI_STATUS result = EFI_UNSUPPORTED;
    memset(data, 0, size);
    for (struct entropy_source *s = sources; s != NULL; s = s->next) {
        EFI_STATUS status = s->read(s->context, piece, size);
        if (EFI_ERROR(result))
            result = status;
        for (size_t i = 0; !EFI_ERROR(status) && i < size; i++)
            data[i] ^= piece[i];
    }
    memset(piece, 0, sizeof piece);
    __asm__ volatile("" : : "r"(piece) : "memory"); /* the compiler must not think it dead */
    return result;
}

EFI_STATUS rng_read(uint8_t *data, size_t size)
{
    EFI_STATUS status = rng_available() ? EFI_SUCCESS : EFI_UNSUPPORTED;
    for (size_t done = 0; done < size && !EFI_ERROR(status);) {
        size_t part = MIN(size - done, 64u);
        status = read_piece(data + done, part);
        done += part;
    }
    return status;
}

static EFI_STATUS EFIAPI get_info(EFI_RNG_PROTOCOL *This, size_t *RNGAlgorithmListSize,
                                  EFI_RNG_ALGORITHM *RNGAlgorithmList)
{
    if (RNGAlgorithmListSize == NULL)
        return EFI_INVALID_PARAMETER;
    size_t given = *RNGAlgorithmListSize;
    *RNGAlgorithmListSize = sizeof *RNGAlgorithmList;
    if (given < sizeof *RNGAlgorithmList)
        return EFI_BUFFER_TOO_SMALL;
    if (RNGAlgorithmList == NULL)
        return EFI_INVALID_PARAMETER;
    *RNGAlgorithmList = *GUID_OF(EFI_RNG_ALGORITHM_RAW);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_rng(EFI_RNG_PROTOCOL *This, EFI_RNG_ALGORITHM *RNGAlgorithm,
                                 size_t RNGValueLength, uint8_t *RNGValue)
{
    if (RNGValue == NULL || RNGValueLength == 0)
        return EFI_INVALID_PARAMETER;
    if (RNGAlgorithm != NULL && !guid_equal(RNGAlgorithm, GUID_OF(EFI_RNG_ALGORITHM_RAW)))
        return EFI_UNSUPPORTED;
    return rng_read(RNGValue, RNGValueLength);
}

EFI_STATUS rng_publish(void)
{
    static EFI_HANDLE handle;
    if ((handle != NULL) == rng_available())
        return EFI_SUCCESS;
    if (handle == NULL)
        return efi_install_protocol_interface(&handle, GUID_OF(EFI_RNG_PROTOCOL),
                                              EFI_NATIVE_INTERFACE, &rng_protocol);
    EFI_STATUS status =
        efi_uninstall_protocol_interface(handle, GUID_OF(EFI_RNG_PROTOCOL), &rng_protocol);
    if (!EFI_ERROR(status))
        handle = NULL;
    return status;
}

EFI_RNG_PROTOCOL rng_protocol = {.GetInfo = get_info, .GetRNG = get_rng};
