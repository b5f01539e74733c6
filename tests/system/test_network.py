# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The network card as programs see it: Simple Network Protocol, on QEMU's user network."""

import re

import pytest

import guests
from disks import network
from vm import Spec, plain

ADDRESS = "52:54:00:c1:0d:48"
CARDS = {"modern": "disable-legacy=on", "legacy": "disable-modern=on,disable-legacy=off"}

name = pytest.mark.parametrize


def card(options, backend="user,id=n0"):
    # No option ROM: iPXE's driver in it is not what is tested.
    return ["-netdev", backend, "-device", f"virtio-net-pci,netdev=n0,mac={ADDRESS},romfile=,{options}"]


def expect_answers(start, spec):
    text = plain(start(spec).wait_end())
    said = re.findall(r"network: (.*)", text)
    assert f"card {ADDRESS}" in said, text
    assert "arp ok" in said and "ping ok" in said, text
    # Not started, and not ready: the statuses' low bytes.
    assert "receive before start failed 13" in said and "receive when idle failed 6" in said
    for step in ("locate", "open", "path", "start", "initialize", "filters", "shutdown", "stop"):
        assert f"{step} ok" in said, text
    assert "gateway 52:55:0a:00:02:02" in said and "media 0x1" in said
    # Debian's ovmf counts nothing.
    assert "sent 0x2" in said or spec.firmware == "ovmf"
    return said


@name("kind", CARDS)
@name("machine", ["q35", "pc"])
def test_arp_and_ping(start, tmp_path, firmware, machine, kind):
    said = expect_answers(start, Spec([guests.disk(tmp_path, "network")], machine=machine, extra=card(CARDS[kind])))
    # On Debian's ovmf the children for IPv4 and IPv6 have the protocol, too.
    assert "cards 0x1" in said or firmware == "ovmf"


def test_microvm(start, tmp_path):
    expect_answers(start, Spec([guests.disk(tmp_path, "network")], machine="microvm", extra=card(CARDS["modern"])))


@name("legacy", ["true", "false"])
def test_microvm_without_pci(start, tmp_path, legacy):
    """A card over MMIO, before and since virtio 1.0."""
    extra = ["-netdev", "user,id=n0", "-device", f"virtio-net-device,netdev=n0,mac={ADDRESS}"]
    extra += ["-global", f"virtio-mmio.force-legacy={legacy}"]
    expect_answers(start, Spec([guests.disk(tmp_path, "network")], machine="microvm", extra=extra))


def test_jumbo_frames_are_told(start, tmp_path):
    """A device with an MTU of its own."""
    spec = Spec([guests.disk(tmp_path, "network")], extra=card(CARDS["modern"] + ",host_mtu=9000"))
    expect_answers(start, spec)


@pytest.mark.long
def test_link_down(start, tmp_path):
    """A card without a cable says so, and nothing waits for ever."""
    spec = Spec([guests.disk(tmp_path, "network")], extra=card(CARDS["modern"], "hubport,hubid=1,id=n0"))
    text = plain(start(spec).wait_end())
    assert "network: arp failed 12" in text, text


def test_grub_sees_the_card(start):
    """GRUB's net module lists the card, and gets an address by it."""
    spec = Spec([network.grub_net() / "disk.img"], extra=card(CARDS["modern"]))
    vm = start(spec)
    text = vm.expect("grub: done")
    assert re.search(rf"efinet0 {ADDRESS}", text), text
    assert re.search(r"efinet0:dhcp \S+ 10\.0\.2\.15", text), text
