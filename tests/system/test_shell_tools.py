# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The shell's commands for drivers, devices, memory and variables, on this firmware and on Debian's."""

import re

import pytest

from shell import Shell, disk


@pytest.fixture(params=["cloudhv", "ovmf"])
def shell(request, start, tmp_path):
    return Shell(start, [disk(tmp_path, {"hello.txt": b"hello"})], firmware=request.param)


def handle_with(shell, protocol):
    """The first handle that has the protocol, as dh writes it."""
    return re.search(r"^ *([0-9A-F]+):", shell.run(f"dh -p {protocol}", 120), re.M)[1]


def test_driver_model(shell):
    image = handle_with(shell, "LoadedImage")
    assert "LoadedImage" in shell.run(f"dh {image}")
    assert "ImageBase" in shell.run(f"dh {image} -v")
    assert "DRV VERSION" in shell.run("drivers", 120)
    disk_handle = handle_with(shell, "SimpleFileSystem")
    assert re.search(rf"^ *{disk_handle} D", shell.run("devices", 120), re.M)
    assert f"{disk_handle}:" in shell.run("devtree", 120)
    assert "Driver" in shell.run(f"openinfo {disk_handle}")
    assert "disconnected" in shell.run(f"disconnect {disk_handle}")
    assert "FS0:" not in shell.run("map")
    assert "connected" in shell.run(f"connect {disk_handle}", 120)
    assert "FS0:" in shell.run("map")
    assert "there is no handle" in shell.run("disconnect ffff")
    assert shell.status() == 2
