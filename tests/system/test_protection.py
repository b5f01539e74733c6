# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Memory protection (DESIGN decision 10): each rule is broken once, and the crash report says what happened and where."""

import re
import struct
import subprocess

import pytest

import guests
import servers
from disks import bad, loaders
from test_boot import disks_of
from vm import Spec, plain

# The guest's own pages, the firmware's, and the null page, as the report names them.
IMAGE = r"\\EFI\\BOOT\\BOOTX64\.EFI\+0x[0-9a-f]+"
FIRMWARE = r"firmware\+0x[0-9a-f]+"
NUMBER = r"0x[0-9a-f]+"

FORBIDDEN, NOT_MAPPED = "forbidden", "not mapped"

# fault: error code, what was done, to which place, why it was wrong.
FAULTS = {
    "execute-data": (0x11, "execution of", IMAGE, FORBIDDEN),
    "execute-constant": (0x11, "execution of", IMAGE, FORBIDDEN),
    "write-code": (0x3, "write to", IMAGE, FORBIDDEN),
    "write-constant": (0x3, "write to", IMAGE, FORBIDDEN),
    "write-headers": (0x3, "write to", IMAGE, FORBIDDEN),
    "null-read": (0x0, "read from", NUMBER, NOT_MAPPED),
    "null-write": (0x2, "write to", NUMBER, NOT_MAPPED),
    "null-execute": (0x10, "execution of", NUMBER, NOT_MAPPED),
    "execute-stack": (0x11, "execution of", NUMBER, FORBIDDEN),
    "execute-pool": (0x11, "execution of", NUMBER, FORBIDDEN),
    "execute-loader-data": (0x11, "execution of", NUMBER, FORBIDDEN),
    "execute-protected": (0x11, "execution of", NUMBER, FORBIDDEN),
    "execute-firmware-data": (0x11, "execution of", NUMBER, FORBIDDEN),
    "execute-registers": (0x11, "execution of", NUMBER, FORBIDDEN),
    "execute-runtime-data": (0x11, "execution of", NUMBER, FORBIDDEN),
    "write-firmware-code": (0x3, "write to", FIRMWARE, FORBIDDEN),
    "write-runtime-code": (0x3, "write to", NUMBER, FORBIDDEN),
    "stack-overflow": (0x2, "write to", NUMBER, NOT_MAPPED),
}


# What an image may do that is not NX_COMPAT, as old ones are.
OLD_IMAGES_MAY = ["execute-pool", "execute-loader-data"]

CALLS_MAX = 20  # src/efi/crash.c

MARK = "1122334455667788"

# Of q35: the local APIC's registers, and the configuration space of PCI.
APIC, ECAM = 0xFEE00000, 0xE0000000

DLL_CHARACTERISTICS = 70  # offset in the optional header (PE/COFF §3.4.2)
NX_COMPAT = 0x100


@pytest.fixture(autouse=True)
def _ours(firmware):
    if firmware != "cloudhv":
        pytest.skip("asserts on this firmware's messages")


def old_program():
    """The same program without NX_COMPAT."""
    data = bytearray(guests.program("faults").read_bytes())
    at = struct.unpack_from("<I", data, 0x3C)[0] + 24 + DLL_CHARACTERISTICS
    flags, = struct.unpack_from("<H", data, at)
    assert flags & NX_COMPAT
    struct.pack_into("<H", data, at, flags & ~NX_COMPAT)
    return bytes(data)


@pytest.fixture
def boot(start, tmp_path):
    """boot(fault, nx=None, old=False) -> the running VM"""

    def begin(fault, nx=None, old=False, memory="256M", cpus=1):
        program = old_program() if old else guests.program("faults")
        disk = guests.disk(tmp_path, "faults", {"EFI/BOOT/BOOTX64.EFI": program})
        words = [f"cloudhv.options=fault={fault}", "cloudhv.noboot=poweroff"]
        if nx:
            words.append(f"cloudhv.nx={nx}")
        return start(Spec([disk], cmdline=" ".join(words), memory=memory, cpus=cpus))

    return begin


def functions():
    """{name: (first, last) offset} of the program, from its symbols."""
    elf = guests.program("faults").parent / "guest-faults.elf"
    lines = subprocess.run(["nm", "-S", elf], check=True, capture_output=True, text=True).stdout.splitlines()
    words = [line.split() for line in lines]
    return {w[3]: (int(w[0], 16), int(w[0], 16) + int(w[1], 16)) for w in words if len(w) == 4 and w[2] in "tT"}


def function_at(offset):
    return next((name for name, (first, last) in functions().items() if first <= offset <= last), None)


def check_report(text, fault):
    """The whole report; returns the names of the program's functions in the backtrace."""
    error, what, place, why = FAULTS[fault]
    text = plain(text)
    head = re.search(rf"page fault \(vector 14, error {error:#x}\) at (\S+)", text)
    assert head, text
    assert re.search(rf"^error:   {what} {NUMBER} \({place}\): {why}$", text, re.M), text
    running = re.search(rf"while \\EFI\\BOOT\\BOOTX64\.EFI \(at ({NUMBER})\) was running", text)
    registers = dict(re.findall(r"\b(r[a-z0-9]{2}|r[89]|efl) +([0-9a-f]{16})", text))
    assert len(registers) == 18, registers
    if fault != "stack-overflow":
        assert registers["r12"] == MARK
    if what != "execution of":
        # The instruction is the program's own, at the place that the first line names, and its bytes are shown.
        offset = int(head.group(1).rpartition("+0x")[2], 16)
        assert int(registers["rip"], 16) == int(running.group(1), 16) + offset
        assert re.search(r"^error:   code( [0-9a-f]{2}){16}$", text, re.M), text
    calls = re.findall(r"called from \\EFI\\BOOT\\BOOTX64\.EFI\+0x([0-9a-f]+)", text)
    return [function_at(int(offset, 16)) for offset in calls]


def wait_for_report(vm, calls=CALLS_MAX):
    """The backtrace ends where the firmware called the program; or less of it."""
    text = vm.expect(r"page fault \(vector[^\n]*\n") + vm.child.after
    for _ in range(calls):
        text += vm.expect(r"  called from \S+") + vm.child.after
        if "firmware" in vm.child.after:
            break
    return text


@pytest.mark.parametrize("fault", FAULTS)
def test_fault(boot, fault):
    # The report looks at the last 8 KiB of stack: of a deep recursion it shows a few calls.
    text = wait_for_report(boot(fault), calls=4 if fault == "stack-overflow" else CALLS_MAX)
    assert "survived" not in text
    called_from = check_report(text, fault)
    if fault == "stack-overflow":
        assert "overflow" in called_from
    else:
        assert "efi_main" in called_from


def test_application_processor(boot):
    """The report names the processor and the program's code; the boot processor sees that its time is over."""
    vm = boot("null-write-elsewhere", cpus=4)
    text = plain(vm.expect("guest: elsewhere="))
    head = re.search(r"page fault \(vector 14, error 0x2\) at \\EFI\\BOOT\\BOOTX64\.EFI\+0x([0-9a-f]+)", text)
    assert function_at(int(head.group(1), 16)) == "write_null", text
    assert "on the application processor with APIC id 3\n" in text
    assert "was running" not in text and MARK in text
    assert "code c6 00 cc" in text
    called_from = re.search(r"called from (firmware)\+", text)
    assert called_from, text
    vm.expect("0x12\\s")  # EFI_TIMEOUT
    vm.expect("guest: survived")
    vm.wait_end()


@pytest.mark.parametrize("fault", OLD_IMAGES_MAY)
@pytest.mark.parametrize("nx", ["compat", "no-protocol"])
def test_old_images_may(boot, fault, nx):
    vm = boot(fault, nx=nx, old=True)
    vm.expect("guest: survived=0x0")
    vm.wait_end()


def test_old_images_are_refused(boot):
    """cloudhv.nx=strict: an image without NX_COMPAT does not start."""
    vm = boot("execute-pool", nx="strict", old=True)
    text = plain(vm.expect(r"Nothing could be booted\."))
    assert re.search(r"BOOTX64\.EFI: refused by cloudhv\.nx=strict", text), text
    assert "guest: here" not in text
    vm.wait_end()


@pytest.mark.parametrize("fault", ["execute-pool", "execute-loader-data", "execute-boot-data", "execute-protected"])
def test_strict(boot, fault):
    FAULTS.setdefault("execute-boot-data", FAULTS["execute-pool"])
    check_report(wait_for_report(boot(fault, nx="strict")), fault)


def test_strict_refuses_shared_pages(start):
    """Sections of Debian's systemd-boot share pages: it is refused, with the one reason."""
    vm = start(Spec(disks_of(loaders.systemd_boot), cmdline="cloudhv.nx=strict cloudhv.noboot=poweroff"))
    text = plain(vm.expect(r"Nothing could be booted\."))
    assert len(re.findall(r"BOOTX64\.EFI: refused by cloudhv\.nx=strict", text)) == 1, text
    vm.wait_end()


def test_no_protocol(boot):
    """EFI_MEMORY_ATTRIBUTE_PROTOCOL is not there for loaders that misuse it."""
    vm = boot("execute-protected", nx="no-protocol")
    text = vm.expect("guest: survived=0x0")
    assert guests.told(text, "no-protocol") == [0]
    vm.wait_end()


def attributes_of(lines, address):
    """The letters of the page that holds it: X for no execution, C and T for no caching."""
    for line in lines:
        match = re.match(r"([0-9a-f]{16}): [0-9a-f]{16} (\S+)", line)
        large = 1 << 21 if match and match.group(2)[2] == "P" else 1 << 12
        if match and 0 <= address - int(match.group(1), 16) < large:
            return match.group(2)
    return None


def test_caching(start):
    """RAM is cached, registers are not: the processor's page table, as QEMU tells of it."""
    with servers.Monitor() as monitor:
        vm = start(Spec(
            disks_of(bad.no_partitions), cmdline="cloudhv.noboot=halt",
            extra=["-qmp", f"unix:{monitor.path},server=on,wait=off"]))
        vm.expect("Nothing could be booted")
        monitor.wait_halted(deadline=30)
        lines = monitor.execute("human-monitor-command", **{"command-line": "info tlb"}).splitlines()
    assert "C" not in attributes_of(lines, 0x100000) and "C" not in attributes_of(lines, 0x2000000)
    for registers in (APIC, ECAM):
        letters = attributes_of(lines, registers)
        assert {"X", "C", "T"} <= set(letters), letters
    assert attributes_of(lines, 0) is None, "page 0 is mapped"
