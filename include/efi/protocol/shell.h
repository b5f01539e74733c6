/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_SHELL_PROTOCOL (UEFI Shell 2.2 §2.2). */

#include "efi/protocol/device_path.h"
#include "efi/protocol/shell_parameters.h"
#include "efi/protocol/simple_file_system.h"
#include "efi/status.h"

#define EFI_SHELL_PROTOCOL_GUID                                                                    \
    {                                                                                              \
        0x6302d008, 0x7f9b, 0x4f30,                                                                \
        {                                                                                          \
            0x87, 0xac, 0x60, 0xc9, 0xfe, 0xf5, 0xda, 0x4e                                         \
        }                                                                                          \
    }

#define SHELL_MAJOR_VERSION 2
#define SHELL_MINOR_VERSION 2

/* What %lasterror% holds after a command that is part of the shell. */
typedef enum {
    SHELL_SUCCESS = 0,
    SHELL_LOAD_ERROR = 1,
    SHELL_INVALID_PARAMETER = 2,
    SHELL_UNSUPPORTED = 3,
    SHELL_BAD_BUFFER_SIZE = 4,
    SHELL_BUFFER_TOO_SMALL = 5,
    SHELL_NOT_READY = 6,
    SHELL_DEVICE_ERROR = 7,
    SHELL_WRITE_PROTECTED = 8,
    SHELL_OUT_OF_RESOURCES = 9,
    SHELL_VOLUME_CORRUPTED = 10,
    SHELL_VOLUME_FULL = 11,
    SHELL_NO_MEDIA = 12,
    SHELL_MEDIA_CHANGED = 13,
    SHELL_NOT_FOUND = 14,
    SHELL_ACCESS_DENIED = 15,
    SHELL_TIMEOUT = 18,
    SHELL_NOT_STARTED = 19,
    SHELL_ALREADY_STARTED = 20,
    SHELL_ABORTED = 21,
    SHELL_INCOMPATIBLE_VERSION = 25,
    SHELL_SECURITY_VIOLATION = 26,
    SHELL_NOT_EQUAL = 27,
} SHELL_STATUS;

typedef struct EFI_LIST_ENTRY {
    struct EFI_LIST_ENTRY *ForwardLink;
    struct EFI_LIST_ENTRY *BackLink;
} EFI_LIST_ENTRY;

/* An element of a file list; the list's head is one, too, of which only Link is used. */
typedef struct {
    EFI_LIST_ENTRY Link;
    EFI_STATUS Status; /* of opening the file */
    const char16_t *FullName;
    const char16_t *FileName;
    SHELL_FILE_HANDLE Handle;
    EFI_FILE_INFO *Info;
} EFI_SHELL_FILE_INFO;

typedef uint32_t EFI_SHELL_DEVICE_NAME_FLAGS;
#define EFI_DEVICE_NAME_USE_COMPONENT_NAME 0x00000001u
#define EFI_DEVICE_NAME_USE_DEVICE_PATH    0x00000002u

typedef struct {
    EFI_STATUS(EFIAPI *Execute)
    (EFI_HANDLE *ParentImageHandle, char16_t *CommandLine, char16_t **Environment,
     EFI_STATUS *StatusCode);
    const char16_t *(EFIAPI *GetEnv)(const char16_t *Name);
    EFI_STATUS(EFIAPI *SetEnv)(const char16_t *Name, const char16_t *Value, bool Volatile);
    const char16_t *(EFIAPI *GetAlias)(const char16_t *Alias, bool *Volatile);
    EFI_STATUS(EFIAPI *SetAlias)
    (const char16_t *Command, const char16_t *Alias, bool Replace, bool Volatile);
    EFI_STATUS(EFIAPI *GetHelpText)
    (const char16_t *Command, const char16_t *Sections, char16_t **HelpText);
    const EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *GetDevicePathFromMap)(const char16_t *Mapping);
    const char16_t *(EFIAPI *GetMapFromDevicePath)(EFI_DEVICE_PATH_PROTOCOL **DevicePath);
    EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *GetDevicePathFromFilePath)(const char16_t *Path);
    char16_t *(EFIAPI *GetFilePathFromDevicePath)(const EFI_DEVICE_PATH_PROTOCOL *Path);
    EFI_STATUS(EFIAPI *SetMap)
    (const EFI_DEVICE_PATH_PROTOCOL *DevicePath, const char16_t *Mapping);

    const char16_t *(EFIAPI *GetCurDir)(const char16_t *FileSystemMapping);
    EFI_STATUS(EFIAPI *SetCurDir)(const char16_t *FileSystem, const char16_t *Dir);
    EFI_STATUS(EFIAPI *OpenFileList)
    (char16_t *Path, uint64_t OpenMode, EFI_SHELL_FILE_INFO **FileList);
    EFI_STATUS(EFIAPI *FreeFileList)(EFI_SHELL_FILE_INFO **FileList);
    EFI_STATUS(EFIAPI *RemoveDupInFileList)(EFI_SHELL_FILE_INFO **FileList);

    bool(EFIAPI *BatchIsActive)(void);
    bool(EFIAPI *IsRootShell)(void);
    void(EFIAPI *EnablePageBreak)(void);
    void(EFIAPI *DisablePageBreak)(void);
    bool(EFIAPI *GetPageBreak)(void);
    EFI_STATUS(EFIAPI *GetDeviceName)
    (EFI_HANDLE DeviceHandle, EFI_SHELL_DEVICE_NAME_FLAGS Flags, char *Language,
     char16_t **BestDeviceName);

    EFI_FILE_INFO *(EFIAPI *GetFileInfo)(SHELL_FILE_HANDLE FileHandle);
    EFI_STATUS(EFIAPI *SetFileInfo)(SHELL_FILE_HANDLE FileHandle, const EFI_FILE_INFO *FileInfo);
    EFI_STATUS(EFIAPI *OpenFileByName)
    (const char16_t *FileName, SHELL_FILE_HANDLE *FileHandle, uint64_t OpenMode);
    EFI_STATUS(EFIAPI *CloseFile)(SHELL_FILE_HANDLE FileHandle);
    EFI_STATUS(EFIAPI *CreateFile)
    (const char16_t *FileName, uint64_t FileAttribs, SHELL_FILE_HANDLE *FileHandle);
    EFI_STATUS(EFIAPI *ReadFile)(SHELL_FILE_HANDLE FileHandle, size_t *ReadSize, void *Buffer);
    EFI_STATUS(EFIAPI *WriteFile)(SHELL_FILE_HANDLE FileHandle, size_t *BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *DeleteFile)(SHELL_FILE_HANDLE FileHandle);
    EFI_STATUS(EFIAPI *DeleteFileByName)(const char16_t *FileName);
    EFI_STATUS(EFIAPI *GetFilePosition)(SHELL_FILE_HANDLE FileHandle, uint64_t *Position);
    EFI_STATUS(EFIAPI *SetFilePosition)(SHELL_FILE_HANDLE FileHandle, uint64_t Position);
    EFI_STATUS(EFIAPI *FlushFile)(SHELL_FILE_HANDLE FileHandle);
    EFI_STATUS(EFIAPI *FindFiles)(const char16_t *FilePattern, EFI_SHELL_FILE_INFO **FileList);
    EFI_STATUS(EFIAPI *FindFilesInDir)
    (SHELL_FILE_HANDLE FileDirHandle, EFI_SHELL_FILE_INFO **FileList);
    EFI_STATUS(EFIAPI *GetFileSize)(SHELL_FILE_HANDLE FileHandle, uint64_t *Size);
    EFI_STATUS(EFIAPI *OpenRoot)
    (EFI_DEVICE_PATH_PROTOCOL *DevicePath, SHELL_FILE_HANDLE *FileHandle);
    EFI_STATUS(EFIAPI *OpenRootByHandle)(EFI_HANDLE DeviceHandle, SHELL_FILE_HANDLE *FileHandle);

    EFI_EVENT ExecutionBreak;
    uint32_t MajorVersion;
    uint32_t MinorVersion;

    /* Since 2.1. */
    EFI_STATUS(EFIAPI *RegisterGuidName)(const EFI_GUID *Guid, const char16_t *GuidName);
    EFI_STATUS(EFIAPI *GetGuidName)(const EFI_GUID *Guid, const char16_t **GuidName);
    EFI_STATUS(EFIAPI *GetGuidFromName)(const char16_t *GuidName, EFI_GUID *Guid);
    const char16_t *(EFIAPI *GetEnvEx)(const char16_t *Name, uint32_t *Attributes);
} EFI_SHELL_PROTOCOL;

_Static_assert(sizeof(EFI_SHELL_PROTOCOL) == 45 * 8, "EFI_SHELL_PROTOCOL layout");
_Static_assert(offsetof(EFI_SHELL_PROTOCOL, RegisterGuidName) == 41 * 8,
               "EFI_SHELL_PROTOCOL layout");
