/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Packages of the human interface infrastructure (UEFI 2.10 §33.3). Fields are not aligned. */

#include "efi/types.h"

typedef void *EFI_HII_HANDLE;
typedef char16_t *EFI_STRING;
typedef uint16_t EFI_STRING_ID;
typedef uint16_t EFI_QUESTION_ID;
typedef uint32_t EFI_HII_FONT_STYLE;

/* EFI_HII_PACKAGE_HEADER.Type; the other 24 bits of the header are the length, header included. */
#define EFI_HII_PACKAGE_TYPE_ALL        0x00
#define EFI_HII_PACKAGE_TYPE_GUID       0x01
#define EFI_HII_PACKAGE_FORMS           0x02
#define EFI_HII_PACKAGE_STRINGS         0x04
#define EFI_HII_PACKAGE_FONTS           0x05
#define EFI_HII_PACKAGE_IMAGES          0x06
#define EFI_HII_PACKAGE_SIMPLE_FONTS    0x07
#define EFI_HII_PACKAGE_DEVICE_PATH     0x08
#define EFI_HII_PACKAGE_KEYBOARD_LAYOUT 0x09
#define EFI_HII_PACKAGE_ANIMATIONS      0x0a
#define EFI_HII_PACKAGE_END             0xdf

/* EFI_HII_STRING_BLOCK.BlockType */
#define EFI_HII_SIBT_END               0x00
#define EFI_HII_SIBT_STRING_SCSU       0x10
#define EFI_HII_SIBT_STRING_SCSU_FONT  0x11
#define EFI_HII_SIBT_STRINGS_SCSU      0x12
#define EFI_HII_SIBT_STRINGS_SCSU_FONT 0x13
#define EFI_HII_SIBT_STRING_UCS2       0x14
#define EFI_HII_SIBT_STRING_UCS2_FONT  0x15
#define EFI_HII_SIBT_STRINGS_UCS2      0x16
#define EFI_HII_SIBT_STRINGS_UCS2_FONT 0x17
#define EFI_HII_SIBT_DUPLICATE         0x20
#define EFI_HII_SIBT_SKIP2             0x21
#define EFI_HII_SIBT_SKIP1             0x22
#define EFI_HII_SIBT_EXT1              0x30
#define EFI_HII_SIBT_EXT2              0x31
#define EFI_HII_SIBT_EXT4              0x32
#define EFI_HII_SIBT_FONT              0x40 /* BlockType2 of an EXT2 block */

/* EFI_HII_GLYPH_BLOCK.BlockType */
#define EFI_HII_GIBT_END               0x00
#define EFI_HII_GIBT_GLYPH             0x10
#define EFI_HII_GIBT_GLYPHS            0x11
#define EFI_HII_GIBT_GLYPH_DEFAULT     0x12
#define EFI_HII_GIBT_GLYPHS_DEFAULT    0x13
#define EFI_HII_GIBT_GLYPH_VARIABILITY 0x14
#define EFI_HII_GIBT_DUPLICATE         0x20
#define EFI_HII_GIBT_SKIP2             0x21
#define EFI_HII_GIBT_SKIP1             0x22
#define EFI_HII_GIBT_DEFAULTS          0x23
#define EFI_HII_GIBT_EXT1              0x30
#define EFI_HII_GIBT_EXT2              0x31
#define EFI_HII_GIBT_EXT4              0x32

#define EFI_GLYPH_NON_SPACING 0x01
#define EFI_GLYPH_WIDE        0x02
#define EFI_GLYPH_HEIGHT      19
#define EFI_GLYPH_WIDTH       8

#pragma pack(push, 1)

typedef struct {
    EFI_GUID PackageListGuid;
    uint32_t PackageLength; /* of all packages and this header */
} EFI_HII_PACKAGE_LIST_HEADER;

typedef struct {
    uint32_t Length : 24;
    uint32_t Type : 8;
} EFI_HII_PACKAGE_HEADER;

typedef struct {
    EFI_HII_PACKAGE_HEADER Header;
    EFI_GUID Guid;
} EFI_HII_GUID_PACKAGE_HDR;

/* An ASCII language follows: RFC 4646 codes separated by ';', the primary one first. */
typedef struct {
    EFI_HII_PACKAGE_HEADER Header;
    uint32_t HdrSize;
    uint32_t StringInfoOffset;
    char16_t LanguageWindow[16];
    EFI_STRING_ID LanguageName;
} EFI_HII_STRING_PACKAGE_HDR;

typedef struct {
    uint16_t Width;
    uint16_t Height;
    int16_t OffsetX;
    int16_t OffsetY;
    int16_t AdvanceX;
} EFI_HII_GLYPH_INFO;

/* The name of the font family follows. */
typedef struct {
    EFI_HII_PACKAGE_HEADER Header;
    uint32_t HdrSize;
    uint32_t GlyphBlockOffset;
    EFI_HII_GLYPH_INFO Cell;
    EFI_HII_FONT_STYLE FontStyle;
} EFI_HII_FONT_PACKAGE_HDR;

typedef struct {
    EFI_HII_PACKAGE_HEADER Header;
    uint16_t NumberOfNarrowGlyphs;
    uint16_t NumberOfWideGlyphs;
} EFI_HII_SIMPLE_FONT_PACKAGE_HDR;

typedef struct {
    char16_t UnicodeWeight;
    uint8_t Attributes;
    uint8_t GlyphCol1[EFI_GLYPH_HEIGHT];
} EFI_NARROW_GLYPH;

typedef struct {
    char16_t UnicodeWeight;
    uint8_t Attributes;
    uint8_t GlyphCol1[EFI_GLYPH_HEIGHT];
    uint8_t GlyphCol2[EFI_GLYPH_HEIGHT];
    uint8_t Pad[3];
} EFI_WIDE_GLYPH;

typedef struct {
    EFI_HII_PACKAGE_HEADER Header;
    uint16_t LayoutCount;
} EFI_HII_KEYBOARD_PACKAGE_HDR;

/* EFI_KEY_DESCRIPTORs of 16 bytes follow. */
typedef struct {
    uint16_t LayoutLength;
    EFI_GUID Guid;
    uint32_t LayoutDescriptorStringOffset;
    uint8_t DescriptorCount;
} EFI_HII_KEYBOARD_LAYOUT;

#pragma pack(pop)

#define EFI_KEY_DESCRIPTOR_SIZE 16

_Static_assert(sizeof(EFI_HII_PACKAGE_LIST_HEADER) == 20, "EFI_HII_PACKAGE_LIST_HEADER layout");
_Static_assert(sizeof(EFI_HII_PACKAGE_HEADER) == 4, "EFI_HII_PACKAGE_HEADER layout");
_Static_assert(sizeof(EFI_HII_STRING_PACKAGE_HDR) == 46, "EFI_HII_STRING_PACKAGE_HDR layout");
_Static_assert(sizeof(EFI_HII_FONT_PACKAGE_HDR) == 26, "EFI_HII_FONT_PACKAGE_HDR layout");
_Static_assert(sizeof(EFI_NARROW_GLYPH) == 22, "EFI_NARROW_GLYPH layout");
_Static_assert(sizeof(EFI_WIDE_GLYPH) == 44, "EFI_WIDE_GLYPH layout");
_Static_assert(sizeof(EFI_HII_KEYBOARD_LAYOUT) == 23, "EFI_HII_KEYBOARD_LAYOUT layout");
