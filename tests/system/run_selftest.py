# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Boots apps/selftest, and reads what it prints."""

import importlib.util
import re
from dataclasses import dataclass, field

from disks import layout
from vm import BOOT, ROOT, Spec, plain

MIB = layout.MIB
PROGRAM = ROOT / "Build" / "CloudHvX64" / "RELEASE_GCC5" / "meson" / "apps" / "selftest" / "selftest.efi"
DIFFERENCES = ROOT / "apps" / "selftest" / "differences.txt"

# Seconds until the next line, once the program is there.
PATIENCE = 90

# Of a firmware that has crashed; the second is OVMF's.
CRASH = r"\(vector \d+, error|X64 Exception Type|panic:"
LINE = rf"(?:not ok|ok) \d+ - [^\n]*\n|# selftest: done|Bail out![^\n]*\n|{CRASH}"

RESULT = re.compile(r"(?m)^(not ok|ok) (\d+) - ([a-z0-9.-]+)( # SKIP.*)?$")


@dataclass
class Run:
    """What a run has shown; tests by their names."""

    planned: int = 0
    passed: set = field(default_factory=set)
    failed: set = field(default_factory=set)
    skipped: set = field(default_factory=set)
    text: str = ""

    def why(self, name):
        """The lines that a test has printed before its result."""
        before = self.text.partition(f" - {name}\n")[0]
        lines = before.split("\n")[:-1]
        notes = []
        while lines and lines[-1].startswith("#"):
            notes.insert(0, lines.pop())
        return "\n".join(notes)


def status_codes():
    """tools/check-status-codes.py as a module."""
    spec = importlib.util.spec_from_file_location("status_codes", ROOT / "tools" / "check-status-codes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named_tests():
    """The tests of apps/selftest that the table of status codes names."""
    module = status_codes()
    rows, _ = module.rows((ROOT / module.TABLE).read_text())
    return {row.selftest for row in rows if row.selftest}


def differences(firmware):
    """{test: (kind, reason)} of the file's lines about a firmware."""
    found = {}
    for number, line in enumerate(DIFFERENCES.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        words = [word.strip() for word in line.split("|")]
        assert len(words) == 4 and words[1] in ("fails", "stops", "absent") and words[3], f"{DIFFERENCES}:{number}: {line}"
        if words[0] == firmware:
            found[words[2]] = (words[1], words[3])
    return found


def disk(path, skips):
    """The program on an ESP, and a partition for what writes sectors."""
    [esp, _] = layout.gpt(path, 44 * MIB, [(layout.ESP, 36), (layout.LINUX, 4)])
    layout.fat(path, esp, {"EFI/BOOT/BOOTX64.EFI": PROGRAM, "selftest.skip": "".join(f"{name}\n" for name in skips)}, bits=16)


def read_only_disk(path):
    [place] = layout.gpt(path, 34 * MIB, [(layout.ESP, 32)])
    layout.fat(path, place, {"readme.txt": "read only\n"}, bits=16)


# What apps/selftest/pci.h tells of. 2^32 is all that the memory below takes.
DEVICES = ["-device", "edu,dma_mask=0xffffffff", "-device", "pci-testdev"]


def hub():
    """Two network interfaces, and nobody else."""
    words = []
    for number in (1, 2):
        words += ["-netdev", f"hubport,id=n{number},hubid=0"]
        words += ["-device", f"virtio-net-pci,netdev=n{number},mac=52:54:00:c1:0d:0{number},romfile="]
    return words


def once(firmware):
    """A VM that resets ends, as the program would begin anew; QEMU's log says whether it was a triple fault."""
    return ["-no-reboot", "-d", "cpu_reset", "-D", ROOT / "Build" / "logs" / f"selftest.{firmware}.cpu"]


def boot(start, folder, firmware):
    """Runs all of it; returns a Run."""
    skips = [name for name, (kind, _) in differences(firmware).items() if kind == "stops"]
    disk(folder / "selftest.img", skips)
    read_only_disk(folder / "readonly.img")
    # ovmf's network stack keeps settings of each interface: variables, until there is no room for more.
    network = hub() if firmware == "cloudhv" else []
    vm = start(Spec(
        [folder / "selftest.img", f"path={folder / 'readonly.img'},readonly=on"],
        firmware=firmware, cpus=4, memory="1G", extra=DEVICES + network + once(firmware)))
    text, end, patience = "", "ok", BOOT
    while end.startswith(("ok", "not ok")):
        text += vm.expect(LINE, timeout=patience) + vm.child.after
        end, patience = vm.child.after, PATIENCE
    text = plain(text)
    assert "done" in end, f"{end}\n{text[-2000:]}"
    vm.wait_end(timeout=PATIENCE)
    return read(text)


def read(text):
    run = Run(text=text)
    run.planned = int(re.search(r"(?m)^1\.\.(\d+)$", text).group(1))
    for count, match in enumerate(RESULT.finditer(text), 1):
        result, number, name, skip = match.groups()
        assert int(number) == count, f"a line is lost before {match.group(0)}"
        (run.skipped if skip else run.passed if result == "ok" else run.failed).add(name)
    return run
