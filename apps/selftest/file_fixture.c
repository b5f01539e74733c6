/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/file_fixture.h"

EFI_FILE_PROTOCOL *root;
uint64_t info_buffer[128];

EFI_STATUS open(EFI_FILE_PROTOCOL **file, const char16_t *name, uint64_t mode)
{
    return root->Open(root, file, name, mode, 0);
}

EFI_FILE_PROTOCOL *make_file(const char16_t *name)
{
    EFI_FILE_PROTOCOL *file = NULL;
    size_t size = 10;
    if (!EXPECT(EFI_SUCCESS, root->Open(root, &file, name, CREATE, 0)))
        return NULL;
    EXPECT(EFI_SUCCESS, file->Write(file, &size, "0123456789"));
    EQUAL(10, size);
    return file;
}

bool begin(void)
{
    root = open_own_root();
    return CHECK(root != NULL);
}

void end(void)
{
    EXPECT(EFI_SUCCESS, root->Close(root));
}
