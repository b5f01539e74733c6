# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Devices that are left alone, and devices behind a virtio-iommu."""

import os
import struct

import pytest

import guests
import servers
from disks import layout, loaders
from test_network import CARDS, card, expect_answers
from test_pci import Shell, drive, kernel_spec, shell_spec
from test_pmem import pmem
from test_virtio_fs import share  # noqa: F401 pylint: disable=unused-import
from vm import Spec

IOMMU = ["-device", "virtio-iommu-pci"]
BEHIND_IOMMU = "disable-legacy=on,iommu_platform=on"

OTHERS = [
    "-device", "virtio-balloon-pci", "-object", "cryptodev-backend-builtin,id=crypto0",
    "-device", "virtio-crypto-pci,cryptodev=crypto0", "-device", "i6300esb",
    "-m", "256M,maxmem=1G", "-object", "memory-backend-ram,id=mem0,size=128M", "-device", "virtio-mem-pci,memdev=mem0",
]
# Needs a module of the host's kernel.
VSOCK = ["-device", "vhost-vsock-pci,guest-cid=77"] if os.path.exists("/dev/vhost-vsock") else []


def test_left_alone(start, tmp_path):
    """Nobody touches what has no driver here, and what has one is reset until it is used, even when all is connected."""
    spec = shell_spec()
    spec.extra = OTHERS + VSOCK + IOMMU + card(CARDS["modern"])
    with servers.Monitor() as monitor:
        spec.extra += ["-qmp", f"unix:{monitor.path},server=on,wait=off"]
        shell = Shell(start, spec, tmp_path)
        shell.run("connect -r")
        statuses = {}
        for device in monitor.execute("x-query-virtio"):
            answer = monitor.execute("x-query-virtio-status", path=device["path"])
            statuses[device["name"]] = [word.split(":")[0] for word in answer["status"]["statuses"]]
        text = monitor.execute("human-monitor-command", **{"command-line": "info pci"})
    running = statuses.pop("virtio-blk")
    assert statuses.pop("vhost-vsock", []) == []
    assert "VIRTIO_CONFIG_S_DRIVER_OK" in running, statuses
    assert statuses == {
        "virtio-balloon": [], "virtio-crypto": [], "virtio-iommu": [], "virtio-mem": [], "virtio-net": []}
    assert "8086:25ab" in text  # the watchdog, which nobody has started


def test_disk_behind_iommu(start):
    """ACCESS_PLATFORM is acknowledged; the unit bypasses what nobody has configured."""
    extra = IOMMU + drive("boot", loaders.kernel() / "disk.img", f"virtio-blk-pci,{BEHIND_IOMMU}")
    vm = start(kernel_spec(extra))
    vm.expect_prompt()
    features = vm.run("cat /sys/bus/virtio/devices/*/features")
    assert any(line[33] == "1" for line in features.split()), features


def test_network_behind_iommu(start, tmp_path):
    expect_answers(start, Spec([guests.disk(tmp_path, "network")], extra=IOMMU + card(BEHIND_IOMMU)))


def test_nothing_but_the_command_line(start):
    """No PCI and no ACPI tables, as on Firecracker: the VMM's command line says where its devices are."""
    options = f'cloudhv.options="{loaders.console_of("microvm")} initrd=\\initrd.img"'
    vm = start(Spec(
        [loaders.kernel() / "disk.img"], machine="microvm-mmio", cmdline=options, extra=["-machine", "acpi=off"]))
    vm.expect_prompt()
    assert "System description tables not found" in vm.run("dmesg")


def test_drivers_stop_and_start(start, share, tmp_path):
    """The card, the host's directory and the persistent memory go with their drivers, and come back."""
    directory, shared = share()
    (directory / "here").write_text("x")
    memory = tmp_path / "pmem.img"
    layout.fat(memory, layout.gpt(memory, 8 * layout.MIB, [(layout.ESP, 6)])[0], {"here": "x"}, bits=12)
    spec = shell_spec()
    spec.extra = card(CARDS["modern"]) + shared + pmem(memory)
    shell = Shell(start, spec, tmp_path)
    volumes = shell.run("dh -p SimpleFileSystem").count("DevicePath")
    assert volumes == 2 and "DevicePath" in shell.run("dh -p SimpleNetwork")
    for _ in range(2):
        shell.run("disconnect -r")
        assert "DevicePath" not in shell.run("dh -p SimpleFileSystem") + shell.run("dh -p SimpleNetwork")
        shell.run("connect -r")
        assert shell.run("dh -p SimpleFileSystem").count("DevicePath") == volumes
        assert "DevicePath" in shell.run("dh -p SimpleNetwork")


@pytest.mark.parametrize("device, machine", [
    ("virtio-rng-pci,disable-legacy=on", "q35"), ("virtio-rng-pci,disable-modern=on,disable-legacy=off", "pc"),
    ("virtio-rng-device", "microvm"),
], ids=["modern", "legacy", "mmio"])
def test_random_numbers(start, tmp_path, device, machine):
    """A processor without RDRAND: what the host's source gives is what EFI_RNG gives."""
    words = [0x9E3779B97F4A7C15 * n & 0xFFFFFFFFFFFFFFFF for n in range(1, 513)]
    (tmp_path / "entropy").write_bytes(struct.pack("<512Q", *words))
    extra = ["-cpu", "max,-rdrand,-rdseed", "-object", f"rng-random,id=host,filename={tmp_path}/entropy",
             "-device", f"{device},rng=host"]
    vm = start(Spec([guests.disk(tmp_path, "random")], machine=machine, extra=extra))
    said = vm.wait_end()
    assert guests.failed_checks(said)[0] == [] and guests.told(said, "word") == words[:10], said
