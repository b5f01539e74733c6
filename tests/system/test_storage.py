# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Disks and CD-ROMs of every kind that QEMU has: a kernel boots from each."""

import pytest

from disks import loaders, media
from test_boot import disks_of
from vm import Spec, plain

name = pytest.mark.parametrize


def boot_from(start, recipe, device, **options):
    [disk] = disks_of(recipe)
    vm = start(Spec([f"path={disk},device={device}"], **options))
    text = plain(vm.expect_prompt())
    vm.run("test -d /sys/firmware/efi")
    return vm, text


@name("device", ["virtio-scsi"])
def test_disk(start, device):
    boot_from(start, loaders.systemd_boot, device)


@name("device", ["virtio-scsi"])
def test_blocks_of_4096_bytes(start, device):
    boot_from(start, media.sectors_4096, f"{device},block_size=4096")


@name("device", ["virtio-scsi-cd"])
@name("recipe", [media.iso, media.el_torito], ids=lambda recipe: recipe.__name__)
def test_cdrom(start, recipe, device):
    boot_from(start, recipe, device)
