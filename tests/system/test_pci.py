# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Where devices sit: behind bridges, on other root buses, many of them; and who drives them."""

import json
import re
import socket

import pytest

from disks import layout, loaders, network
from disks.cache import recipe
from vm import Spec, plain

# Three levels: a root port, a switch's upstream port and its downstream port.
BRIDGES = [
    "-device", "pcie-root-port,id=root,chassis=1,bus={bus}",
    "-device", "x3130-upstream,id=up,bus=root",
    "-device", "xio3130-downstream,id=down,bus=up,chassis=2,slot=3",
]


@recipe()
def blank(out):
    """A disk that is there and is not booted."""
    layout.empty(out / "disk.img", layout.MIB)


def drive(name, image, device):
    return ["-drive", f"if=none,id={name},format=raw,readonly=on,file={image}", "-device", f"{device},drive={name}"]


def kernel_spec(extra, **options):
    """Debian's kernel on a disk that `extra` places; the one at the usual place has nothing on it."""
    console = loaders.console_of(options.get("machine", "q35"))
    return Spec(
        [f"path={blank() / 'disk.img'},readonly=on"], cmdline=f'cloudhv.options="{console} initrd=\\initrd.img"',
        extra=extra, **options)


@pytest.mark.long
def test_eight_host_bridges_three_bridges_64_disks(start):
    extra = []
    for number in range(1, 8):
        extra += ["-device", f"pxb-pcie,id=host{number},bus_nr={number * 32},bus=pcie.0"]
    extra += [word.format(bus="host7") for word in BRIDGES]
    extra += drive("boot", loaders.kernel() / "disk.img", "virtio-blk-pci,bus=down")
    # Functions of eight devices behind ports of the other host bridges: 62 disks and the one at the usual place.
    for number in range(62):
        port, function = divmod(number, 8)
        if function == 0:
            host = f"host{port % 6 + 1}"
            extra += ["-device", f"pcie-root-port,id=p{port},chassis={port + 10},bus={host}"]
        extra += drive(
            f"d{number}", blank() / "disk.img", f"virtio-blk-pci,bus=p{port},addr=0.{function},multifunction=on")
    vm = start(kernel_spec(extra, memory="512M"))
    vm.expect_prompt()
    assert vm.run("ls -d /sys/block/vd* | wc -l").strip() == "64"
    # The disk that was booted is on the last host bridge.
    assert "pci0000:e0/" in vm.run("for d in /sys/block/vd*; do [ $(cat $d/size) -lt 10000 ] || readlink $d; done")
    # QEMU needs a while to take 64 disks down, longer than whoever kills it waits.
    vm.child.sendline("poweroff -f")
    vm.wait_end()


def test_bridges_that_nobody_has_set_up(start):
    """microvm leaves bus numbers, windows and BARs alone: what the firmware gives them has room for all, and the OS
    finds nothing to move."""
    extra = [word.format(bus="pcie.0") for word in BRIDGES]
    extra += ["-device", "xio3130-downstream,id=second,bus=up,chassis=3,slot=4"]
    extra += ["-device", "xio3130-downstream,id=third,bus=up,chassis=4,slot=5"]
    extra += ["-object", "memory-backend-ram,id=shared,size=256M,share=on"]
    extra += ["-device", "ivshmem-plain,memdev=shared,bus=second", "-device", "bochs-display,vgamem=64M,bus=third"]
    extra += drive("boot", loaders.kernel() / "disk.img", "virtio-blk-pci,bus=down,disable-legacy=on")
    vm = start(kernel_spec(extra, machine="microvm"))
    vm.expect_prompt()
    complaints = vm.run("dmesg | grep -iE \"can't (assign|claim)|no space|failed to assign|BAR .*: assigned\" || true")
    bars = dict.fromkeys((0x10000000, 0x4000000), 0)
    for line in vm.run("cat /sys/bus/pci/devices/*/resource").splitlines():
        first, last, _ = (int(word, 16) for word in line.split())
        if first and last - first + 1 in bars:
            bars[last - first + 1] += 1
    assert all(bars.values()), (bars, complaints)


def test_pxb_on_pc(start):
    extra = ["-device", "pxb,id=host,bus_nr=64,bus=pci.0"]
    extra += drive("boot", loaders.kernel() / "disk.img", "virtio-blk-pci,bus=host")
    vm = start(kernel_spec(extra, machine="pc"))
    vm.expect_prompt()
    vm.run("test -d /sys/firmware/efi")


@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_ipxe_takes_a_network_card_over(start, tmp_path, machine):
    """iPXE's own virtio-net driver, by PCI I/O: its packets reach QEMU's network, and a file comes back."""
    (tmp_path / "hello.ipxe").write_text("#!ipxe\necho fetched over ${net0/chip}, ${net0/mac}\npoweroff\n")
    spec = Spec([network.ipxe() / "disk.img"], machine=machine)
    spec.extra = [
        "-netdev", f"user,id=net,tftp={tmp_path},bootfile=hello.ipxe",
        "-device", "virtio-net-pci,netdev=net,mac=52:54:00:c1:0d:4c,romfile=",
    ]
    vm = start(spec)
    assert "tftp://10.0.2.2/hello.ipxe... ok" in plain(vm.expect("fetched over virtio-net, 52:54:00:c1:0d:4c"))


class Shell:
    """The EFI shell of a machine that boots nothing."""

    PROMPT = r"Shell> "

    def __init__(self, start, spec, tmp_path):
        self.monitor = tmp_path / "monitor"
        spec.extra += ["-qmp", f"unix:{self.monitor},server=on,wait=off"]
        self.vm = start(spec)
        self.vm.expect(self.PROMPT)

    def run(self, command):
        self.vm.child.send(command + "\r")
        return plain(self.vm.expect(self.PROMPT))

    def qmp(self, command, **arguments):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.monitor))
            stream = connection.makefile("rw")
            for words in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
                stream.write(json.dumps(words))
                stream.flush()
                while "return" not in (answer := json.loads(stream.readline())):
                    assert "error" not in answer, answer
            return answer["return"]


def shell_spec(**options):
    """Nothing to boot but a disk with nothing on it."""
    return Spec([f"path={blank() / 'disk.img'},readonly=on"], **options)


# Who turns a slot's power on is the host, or the guest.
NATIVE = ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]


@pytest.mark.parametrize("machine, bridge, more", [
    ("q35", "pcie-root-port,chassis=1", []), ("q35", "pcie-root-port,chassis=1", NATIVE),
    ("pc", "pci-bridge,chassis_nr=1", [])], ids=["q35", "native", "pc"])
def test_hot_plug(start, tmp_path, machine, bridge, more):
    """A disk that was plugged in behind a bridge is found when everything is connected; drivers stop and start again."""
    spec = shell_spec(machine=machine)
    spec.extra = [
        *more,
        "-device", f"{bridge},id=plug", "-drive", f"if=none,id=new,format=raw,file={loaders.kernel() / 'disk.img'}"]
    shell = Shell(start, spec, tmp_path)
    assert "DevicePath" not in shell.run("dh -p SimpleFileSystem")
    shell.qmp("device_add", driver="virtio-blk-pci", drive="new", id="added", bus="plug",
              addr="0" if machine == "q35" else "1")
    shell.run("connect -r")
    assert "DevicePath" in shell.run("dh -p SimpleFileSystem")
    shell.run("disconnect -r")
    assert "DevicePath" not in shell.run("dh -p SimpleFileSystem")
    shell.run("connect -r")
    assert "DevicePath" in shell.run("dh -p SimpleFileSystem")


def eject(shell, slot):
    """What the OS does when the host wants a slot of pc's root bus empty (QEMU's docs/specs/acpi_pci_hotplug)."""
    shell.run("mm ae10 0 -w 4 -io -n")
    shell.run(f"mm ae08 {1 << slot:x} -w 4 -io -n")


@pytest.mark.parametrize("looks, driver", [(1, "virtio-blk-pci"), (2, "virtio-blk-pci"), (1, "nvme,serial=s")])
def test_hot_unplug(start, tmp_path, looks, driver):
    """A disk that is unplugged is gone, and one that is plugged in where it was works; also when nobody has looked
    in between."""
    spec = shell_spec(machine="pc")
    for name in "first", "second":
        spec.extra += ["-drive", f"if=none,id={name},format=raw,file={loaders.kernel() / 'disk.img'}"]
    shell = Shell(start, spec, tmp_path)
    place = {"driver": "virtio-blk-pci", "bus": "pci.0", "addr": "7"}
    shell.qmp("device_add", drive="first", id="one", **place)
    shell.run("connect -r")
    shell.run("map -r")
    assert "initrd.img" in shell.run("ls fs0:")
    shell.qmp("device_del", id="one")
    eject(shell, 7)
    if looks == 2:
        shell.run("connect -r")
        assert "Pci(0x7,0x0)" not in shell.run("devices")
        assert "DevicePath" not in shell.run("dh -p SimpleFileSystem")
    driver, *more = driver.split(",")
    more = dict(word.split("=") for word in more)
    shell.qmp("device_add", drive="second", id="two", **{**place, "driver": driver, **more})
    shell.run("connect -r")
    assert ("NVMe(" in shell.run("map -r")) == (driver == "nvme")
    assert "initrd.img" in shell.run("ls fs0:")


def test_hot_plug_behind_reserved_numbers(start, tmp_path):
    """A bridge behind a root port for which bus numbers were set aside, and a disk behind that."""
    spec = shell_spec()
    spec.extra = [
        "-device", "pcie-root-port,id=root,chassis=1,bus-reserve=4", "-device", "pcie-root-port,chassis=2",
        "-drive", f"if=none,id=new,format=raw,file={loaders.kernel() / 'disk.img'}"]
    shell = Shell(start, spec, tmp_path)
    shell.qmp("device_add", driver="pcie-pci-bridge", id="plug", bus="root")
    shell.qmp("device_add", driver="virtio-blk-pci", drive="new", id="added", bus="plug", addr="1")
    shell.run("connect -r")
    assert "DevicePath" in shell.run("dh -p SimpleFileSystem")


@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_no_tables(start, tmp_path, machine):
    """Without ACPI tables the configuration ports show what there is, and interrupts that a BIOS has left on do no
    harm."""
    spec = shell_spec(machine=machine, cmdline="cloudhv.boot=shell")
    spec.extra = ["-machine", "acpi=off", *drive("boot", loaders.kernel() / "disk.img", "virtio-blk-pci")]
    shell = Shell(start, spec, tmp_path)
    shell.run("map -r")
    assert "initrd.img" in shell.run("ls fs0:")


def test_doorbells_in_ports(start, tmp_path):
    """A virtio device that has doorbells in ports, too: of several structures of a kind the first one in memory."""
    spec = shell_spec(cmdline="cloudhv.boot=shell")
    spec.extra = drive("boot", loaders.kernel() / "disk.img",
                       "virtio-blk-pci,disable-legacy=on,modern-pio-notify=on")
    shell = Shell(start, spec, tmp_path)
    shell.run("map -r")
    assert "initrd.img" in shell.run("ls fs0:")


def test_hot_plug_of_a_bridge(start, tmp_path):
    """A bridge, and behind it a disk that has nothing but ports: nobody has given them windows."""
    spec = shell_spec(machine="pc")
    spec.extra = ["-drive", f"if=none,id=new,format=raw,file={loaders.kernel() / 'disk.img'}"]
    shell = Shell(start, spec, tmp_path)
    shell.qmp("device_add", driver="pci-bridge", id="plug", chassis_nr=1, bus="pci.0", addr="10")
    shell.qmp("device_add", driver="virtio-blk-pci", drive="new", id="added", bus="plug", addr="1",
              **{"disable-modern": True})
    shell.run("connect -r")
    assert "DevicePath" in shell.run("dh -p SimpleFileSystem")


def test_units_have_names(start, tmp_path):
    """What a controller's driver calls the units that it made, with their serial numbers."""
    spec = shell_spec()
    spec.extra = [
        "-device", "virtio-scsi-pci,id=scsi", *drive("a", blank() / "disk.img", "scsi-hd,bus=scsi.0,scsi-id=1,serial=one"),
        *drive("b", blank() / "disk.img", "nvme,serial=two")]
    shell = Shell(start, spec, tmp_path)
    shell.run("connect -r")
    for command in "devices", "devtree":
        text = shell.run(command)
        assert "virtio-scsi 0000:00:01.0 1:0 one" in text and "nvme 0000:00:02.0 namespace 1 two" in text


def test_one_child_stops_and_starts(start, tmp_path):
    """Of the units of a virtio-scsi one goes and comes back; the others stay and have the same handles."""
    spec = shell_spec()
    spec.extra = ["-device", "virtio-scsi-pci,id=scsi"]
    for number in range(3):
        spec.extra += drive(f"unit{number}", blank() / "disk.img", f"scsi-hd,bus=scsi.0,scsi-id={number}")
    shell = Shell(start, spec, tmp_path)
    shell.run("connect -r")

    def handles(command, pattern):
        return re.findall(rf"(?m)^ *(\w+) .*{pattern}", shell.run(command))

    units = r"virtio-scsi 0000:00:01.0 \d:0"
    [driver] = handles("drivers", "virtio-scsi")
    [controller] = handles("devices", r"Pci\(0x1,0x0\)\s*$")
    before = handles("devices", units)
    assert len(before) == 3
    shell.run(f"disconnect {controller} {driver} {before[1]}")
    assert handles("devices", units) == [before[0], before[2]]
    shell.run(f"connect {controller}")
    after = handles("devices", units)
    assert len(after) == 3 and {before[0], before[2]} < set(after)


@pytest.mark.parametrize("option", ["on", "off"])
def test_option_rom(start, tmp_path, option):
    """QEMU's network cards have iPXE in their ROM, compressed: it drives the card where the host allows it."""
    spec = shell_spec(cmdline=f"cloudhv.rom={option}")
    spec.extra = ["-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net"]
    shell = Shell(start, spec, tmp_path)
    names = shell.run("drivers")
    interfaces = shell.run("dh -p SimpleNetwork")
    assert "SimpleNetwork" in interfaces
    assert (".efidrv" in names) == (option == "on")
    assert ("LoadFile" in interfaces and "ComponentName2" in interfaces) == (option == "on")
