# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What a booted kernel sees: compared with the same kernel that QEMU starts directly."""

import re

import pytest

from disks import debian, loaders
from test_boot import spec_of
from vm import Spec

MACHINES = ["q35", "pc", "microvm"]
MIB = 1 << 20
GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"

# Tables whose bytes do not depend on where a firmware has put things: those
# that can be compared under a firmware that places tables itself.
FREE_OF_ADDRESSES = {"APIC", "HPET", "WAET"}


def direct(machine, disks):
    """The same VM with the kernel started by QEMU itself, without EFI."""
    return Spec(
        disks, machine=machine, kernel=debian.kernel()[0], initramfs=loaders.initrd() / "initrd.img",
        cmdline=loaders.console_of(machine),
    )


@pytest.fixture(params=MACHINES)
def pair(request, start):
    """(VM booted by the firmware, VM booted directly) of one machine."""
    spec = spec_of(loaders.systemd_boot, machine=request.param)
    ours, reference = start(spec), start(direct(request.param, spec.disks))
    for vm in (ours, reference):
        vm.expect_prompt()
    return ours, reference


def warnings(vm):
    """Kernel lines of warning level or worse about EFI or ACPI, numbers made equal."""
    found = set()
    for line in vm.run("dmesg -r").splitlines():
        match = re.match(r"<(\d+)>\[[^]]*\] (.*)", line)
        if match and int(match.group(1)) % 8 <= 4 and re.search(r"EFI|ACPI|\befi", match.group(2), re.I):
            found.add(re.sub(r"0x[0-9a-f]+|[0-9a-f]{8,}|\d+", "N", match.group(2)))
    return found


def tables(vm):
    """{name: checksum} of the ACPI tables that the kernel uses."""
    listing = vm.run("cd /sys/firmware/acpi/tables; md5sum [A-Z]*; cd /")
    return {name: checksum for checksum, name in (line.split() for line in listing.splitlines())}


def system_ram(vm):
    """[(first, last)] of the RAM that the kernel has; and every line of /proc/iomem."""
    lines = re.findall(r"^( *)([0-9a-f]+)-([0-9a-f]+) : (.*)$", vm.run("cat /proc/iomem"), re.M)
    spans = [(len(indent), int(first, 16), int(last, 16), what) for indent, first, last, what in lines]
    return [(first, last) for indent, first, last, what in spans if not indent and what == "System RAM"], spans


def test_what_the_kernel_sees(pair, firmware):
    """One boot answers all of these: a VM under TCG is not cheap."""
    ours, reference = pair
    check_warnings(ours, reference)
    check_tables(tables(ours), tables(reference), firmware)
    check_memory(ours, reference, firmware)
    check_clock(ours)
    check_variables(ours)
    check_global_variables(ours)


def check_warnings(ours, reference):
    """Under Debian's ovmf (--firmware ovmf) the kernel prints none either, so there is no list of exceptions."""
    extra = warnings(ours) - warnings(reference)
    assert not extra


def check_tables(seen, given, firmware):
    assert seen and given
    if firmware == "cloudhv":
        assert seen.pop("SPCR")  # ours
        assert seen == given
    else:
        common = FREE_OF_ADDRESSES & given.keys()
        assert {name: seen.get(name) for name in common} == {name: given[name] for name in common}


def check_memory(ours, reference, firmware):
    ram, spans = system_ram(ours)
    if firmware == "cloudhv":
        assert any(first <= MIB and last >= 64 * MIB - 1 for first, last in ram), f"1 to 64 MiB: {ram}"
        inside = [span for span in spans if span[0] and span[1] < 64 * MIB and not span[3].startswith("Kernel")]
        assert not [span for span in inside if span[3] == "Reserved"], inside
        kept = total(system_ram(reference)[0]) - total(ram)
        assert kept <= 512 * 1024, f"the firmware keeps {kept // 1024} KiB"


def total(ram):
    return sum(last - first + 1 for first, last in ram)


def check_clock(vm):
    """The RTC tells the host's UTC time, within what two slow VMs take to answer."""
    vm.run("hwclock -u -r")
    said = int(vm.run("cat /sys/class/rtc/rtc0/since_epoch"))
    real = int(vm.run("date +%s"))
    assert abs(said - real) < 30


def check_variables(vm):
    """List, write, read back, append to and delete variables through the runtime services."""
    vm.run("cd /sys/firmware/efi/efivars")
    vm.run("ls | grep -q ^LoaderInfo-")
    # efivarfs makes other vendors' variables immutable, and busybox has no
    # chattr: the GUID is that of Linux's own crash records.
    name = "CloudHvTest-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0"
    # Four bytes of attributes (non-volatile, boot, runtime; 0x40 appends), then the value.
    vm.run(rf"printf '\007\000\000\000hello' > {name}")
    assert vm.run(f"od -An -c {name} | tr -d ' '").strip() == r"\a\0\0\0hello"
    vm.run(rf"printf '\107\000\000\000 there' > {name}")
    assert vm.run(f"tail -c +5 {name}").strip() == "hello there"
    vm.run(f"rm {name}")
    vm.run(f"! ls | grep {name}")
    vm.run("cd /")


def check_global_variables(vm):
    """Those of UEFI 2.10 §3.3 that tell what the firmware can do, and which consoles there are."""
    vm.run("cd /sys/firmware/efi/efivars")
    sizes = {"OsIndicationsSupported": 8, "BootOptionSupport": 4}
    for name, size in sizes.items():
        assert int(vm.run(f"wc -c < {name}-{GLOBAL}")) == 4 + size
    assert vm.run(f"tail -c +5 PlatformLang-{GLOBAL} | head -c 2").strip() == "en"
    for name in ["PlatformLangCodes", "ConIn", "ConOut", "ConInDev", "ConOutDev"]:
        vm.run(f"test -s {name}-{GLOBAL}")
    vm.run("cd /")


def reboot_marks(vm):
    return [line for line in vm.debug_log().splitlines() if line.startswith("runtime: ResetSystem")]


def boot_debug(start, machine, options):
    spec = spec_of(loaders.kernel, machine=machine, build="DEBUG")
    spec.cmdline = spec.cmdline.replace("console=ttyS0", f"console=ttyS0 {options}")
    vm = start(spec)
    vm.expect_prompt()
    assert not reboot_marks(vm)
    return vm


@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_reboot_through_the_firmware(start, machine):
    """`reboot=efi` makes the kernel call ResetSystem, from its own address space."""
    vm = boot_debug(start, machine, "reboot=efi")
    vm.child.sendline("reboot -f")
    vm.expect_prompt()
    assert reboot_marks(vm) in (["runtime: ResetSystem cold (virtual)"], ["runtime: ResetSystem warm (virtual)"])


def test_microvm_reboot(start):
    """A hardware-reduced machine: the kernel resets by EFI of its own accord."""
    vm = boot_debug(start, "microvm", "")
    vm.child.sendline("reboot -f")
    vm.expect_prompt()
    assert reboot_marks(vm) in (["runtime: ResetSystem cold (virtual)"], ["runtime: ResetSystem warm (virtual)"])


def test_microvm_power_off(start):
    vm = boot_debug(start, "microvm", "")
    vm.child.sendline("poweroff -f")
    vm.wait_end()
    assert reboot_marks(vm) == ["runtime: ResetSystem shutdown (virtual)"]


@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_power_off(start, machine):
    """Here the kernel powers off by ACPI; what is proven is that it found how."""
    vm = start(spec_of(loaders.systemd_boot, machine=machine))
    vm.expect_prompt()
    vm.child.sendline("poweroff -f")
    vm.wait_end()


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_serial_port_is_found(start, machine):
    """The kernel is told of no console: where the serial port is stands in the firmware's SPCR."""
    spec = spec_of(loaders.kernel, machine=machine)
    spec.cmdline = 'cloudhv.options="earlycon initrd=\\initrd.img"'
    vm = start(spec)
    text = vm.expect(r"printk: bootconsole \[uart0\] enabled")
    assert "ACPI: SPCR: console: uart,io,0x3f8,115200" in text
    assert "earlycon: uart0 at I/O port 0x3f8 (options '115200')" in text
