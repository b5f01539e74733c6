/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_HII_FONT_PROTOCOL (UEFI 2.10 §34.2). */

#include "efi/hii.h"
#include "efi/status.h"

#define EFI_HII_FONT_PROTOCOL_GUID                                                                 \
    {                                                                                              \
        0xe9ca4775, 0x8657, 0x47fc,                                                                \
        {                                                                                          \
            0x97, 0xe7, 0x7e, 0xd6, 0x5a, 0x08, 0x43, 0x24                                         \
        }                                                                                          \
    }

typedef void *EFI_FONT_HANDLE;

#define EFI_HII_OUT_FLAG_CLIP         0x01
#define EFI_HII_OUT_FLAG_WRAP         0x02
#define EFI_HII_OUT_FLAG_CLIP_CLEAN_Y 0x04
#define EFI_HII_OUT_FLAG_CLIP_CLEAN_X 0x08
#define EFI_HII_OUT_FLAG_TRANSPARENT  0x10
#define EFI_HII_IGNORE_IF_NO_GLYPH    0x20
#define EFI_HII_IGNORE_LINE_BREAK     0x40
#define EFI_HII_DIRECT_TO_SCREEN      0x80

/* EFI_FONT_DISPLAY_INFO.FontInfoMask */
#define EFI_FONT_INFO_SYS_FONT       0x00000001
#define EFI_FONT_INFO_SYS_SIZE       0x00000002
#define EFI_FONT_INFO_SYS_STYLE      0x00000004
#define EFI_FONT_INFO_SYS_FORE_COLOR 0x00000010
#define EFI_FONT_INFO_SYS_BACK_COLOR 0x00000020
#define EFI_FONT_INFO_RESIZE         0x00001000
#define EFI_FONT_INFO_RESTYLE        0x00002000
#define EFI_FONT_INFO_ANY_FONT       0x00010000
#define EFI_FONT_INFO_ANY_SIZE       0x00020000
#define EFI_FONT_INFO_ANY_STYLE      0x00040000

typedef struct {
    uint8_t Blue;
    uint8_t Green;
    uint8_t Red;
    uint8_t Reserved;
} EFI_GRAPHICS_OUTPUT_BLT_PIXEL;

/* The name follows, NUL terminated, unless FontName is the member of a larger object. */
typedef struct {
    EFI_HII_FONT_STYLE FontStyle;
    uint16_t FontSize; /* height of a cell in pixels */
    char16_t FontName[];
} EFI_FONT_INFO;

typedef struct {
    EFI_GRAPHICS_OUTPUT_BLT_PIXEL ForegroundColor;
    EFI_GRAPHICS_OUTPUT_BLT_PIXEL BackgroundColor;
    uint32_t FontInfoMask;
    EFI_FONT_INFO FontInfo;
} EFI_FONT_DISPLAY_INFO;

typedef struct {
    uint16_t Width;
    uint16_t Height;
    union {
        EFI_GRAPHICS_OUTPUT_BLT_PIXEL *Bitmap;
        void *Screen;
    } Image;
} EFI_IMAGE_OUTPUT;

typedef struct {
    size_t StartIndex;
    size_t EndIndex;
    size_t LineHeight;
    size_t LineWidth;
    size_t BaselineOffset;
} EFI_HII_ROW_INFO;

typedef struct EFI_HII_FONT_PROTOCOL {
    EFI_STATUS(EFIAPI *StringToImage)
    (const struct EFI_HII_FONT_PROTOCOL *This, uint32_t Flags, const EFI_STRING String,
     const EFI_FONT_DISPLAY_INFO *StringInfo, EFI_IMAGE_OUTPUT **Blt, size_t BltX, size_t BltY,
     EFI_HII_ROW_INFO **RowInfoArray, size_t *RowInfoArraySize, size_t *ColumnInfoArray);
    EFI_STATUS(EFIAPI *StringIdToImage)
    (const struct EFI_HII_FONT_PROTOCOL *This, uint32_t Flags, EFI_HII_HANDLE PackageList,
     EFI_STRING_ID StringId, const char *Language, const EFI_FONT_DISPLAY_INFO *StringInfo,
     EFI_IMAGE_OUTPUT **Blt, size_t BltX, size_t BltY, EFI_HII_ROW_INFO **RowInfoArray,
     size_t *RowInfoArraySize, size_t *ColumnInfoArray);
    EFI_STATUS(EFIAPI *GetGlyph)
    (const struct EFI_HII_FONT_PROTOCOL *This, char16_t Char,
     const EFI_FONT_DISPLAY_INFO *StringInfo, EFI_IMAGE_OUTPUT **Blt, size_t *Baseline);
    EFI_STATUS(EFIAPI *GetFontInfo)
    (const struct EFI_HII_FONT_PROTOCOL *This, EFI_FONT_HANDLE *FontHandle,
     const EFI_FONT_DISPLAY_INFO *StringInfo, EFI_FONT_DISPLAY_INFO **FontInfo,
     const EFI_STRING String);
} EFI_HII_FONT_PROTOCOL;

_Static_assert(offsetof(EFI_FONT_INFO, FontName) == 6, "EFI_FONT_INFO layout");
_Static_assert(offsetof(EFI_FONT_DISPLAY_INFO, FontInfo) == 12, "EFI_FONT_DISPLAY_INFO layout");
_Static_assert(sizeof(EFI_IMAGE_OUTPUT) == 16, "EFI_IMAGE_OUTPUT layout");
