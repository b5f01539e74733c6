#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Runs tests/vmm's bench: on this machine's /dev/kvm, or else inside of QEMU, whose TCG emulates AMD's SVM.

Usage: run.py FLAG…, the bench's own flags (Cloud Hypervisor's, and --bench). Files that they name are taken along; what
the bench writes (debug-log, report) comes back. Serial input and output is this terminal's, the exit status the bench's.

CLOUDHV_VMM names the bench's binary, else it is Build/host/tests/vmm/vmm. CLOUDHV_KVM=nested|direct chooses the way.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "system"))

from disks import debian, initramfs  # noqa: E402 pylint: disable=wrong-import-position

FIXTURE = "tests/fixtures/cloud-hypervisor/memory-512M-one-disk.txt"

# TCG has 40 address bits. Time goes by more slowly in there.
NESTED_BITS = 40
NESTED_PATIENCE = 10
NO_ANSWER = 125

MODULES = ["kvm-amd", "virtio_pci", "virtio_blk"]

SCRIPT = """\
stty -opost -icrnl -echo < /dev/ttyS0
stty -opost < /dev/ttyS1
stty -opost < /dev/ttyS2
export CLOUDHV_SOURCE=/
/vmm {arguments} < /dev/ttyS0 > /dev/ttyS0 2> /tmp/errors
echo "status: $?" > /dev/ttyS1
cat /tmp/errors > /dev/ttyS0
[ ! -e /tmp/report ] || cat /tmp/report > /dev/ttyS1
[ ! -e /tmp/debug-log ] || cat /tmp/debug-log > /dev/ttyS2
poweroff -f
"""


def bench():
    given = os.environ.get("CLOUDHV_VMM")
    path = Path(given) if given else ROOT / "Build" / "host" / "tests" / "vmm" / "vmm"
    if not path.exists():
        sys.exit(f"run.py: {path} is not there: meson setup Build/host -Dtarget=host && ninja -C Build/host tests/vmm/vmm")
    return path


def kvm_is_usable():
    way = os.environ.get("CLOUDHV_KVM")
    if way:
        return way == "direct"
    # A /dev/kvm without vmx or svm emulates instructions: QEMU is faster.
    flags = Path("/proc/cpuinfo").read_text()
    return os.access("/dev/kvm", os.R_OK | os.W_OK) and re.search(r"\b(vmx|svm)\b", flags) is not None


class Nested:
    """The bench's flags as they are inside of QEMU."""

    def __init__(self, arguments):
        self.files = []  # (name in the initramfs, file)
        self.disks = []  # files; /dev/vda and so on
        self.outputs = {}
        self.memory = 512
        self.timeout = 60
        words = []
        flag = ""
        for word in arguments:
            if word.startswith("--"):
                flag = word
                words.append(word)
            else:
                words.append(self.value(flag, word))
        if "--cpus" not in words:
            words += ["--cpus", f"boot=1,max_phys_bits={NESTED_BITS}"]
        words += ["--bench", f"timeout={self.timeout * NESTED_PATIENCE},report=/tmp/report,debug-log=/tmp/debug-log"]
        self.arguments = words

    def value(self, flag, word):
        if flag in ("--kernel", "--firmware", "--initramfs"):
            name = f"guest/{len(self.files)}"
            self.files.append((name, Path(word)))
            return f"/{name}"
        if flag == "--disk":
            return re.sub(r"(^|,)path=([^,]*)", self.disk, word)
        if flag == "--memory":
            size = re.search(r"size=(\d+)([MG])", word)
            self.memory = int(size.group(1)) * (1024 if size.group(2) == "G" else 1)
        if flag == "--cpus" and "max_phys_bits" not in word:
            return f"{word},max_phys_bits={NESTED_BITS}"
        if flag == "--bench":
            return self.own(word)
        return word

    def disk(self, match):
        file = Path(match.group(2))
        if file not in self.disks:
            self.disks.append(file)
        return f"{match.group(1)}path=/dev/vd{chr(ord('a') + self.disks.index(file))}"

    def own(self, word):
        kept = []
        for item in word.split(","):
            key, _, value = item.partition("=")
            if key in ("report", "debug-log"):
                self.outputs[key] = Path(value)
            elif key == "timeout":
                self.timeout = int(value)
            else:
                kept.append(item)
        return ",".join(kept) or f"timeout={self.timeout}"

    def run(self):
        quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in self.arguments)
        with tempfile.TemporaryDirectory() as folder:
            image = Path(folder) / "initramfs"
            initramfs.MODULES = MODULES
            initramfs.write(image, local=SCRIPT.format(arguments=quoted),
                            extra=[("vmm", bench()), (FIXTURE, ROOT / FIXTURE), *self.files])
            ports = [Path(folder) / name for name in ("status", "debug")]
            command = [
                "qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "EPYC,+svm", "-m", f"{min(self.memory, 1024) + 256}M",
                "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                "-kernel", debian.kernel()[0], "-initrd", image, "-append", "console=ttyS0 quiet loglevel=3 mitigations=off",
                "-serial", "stdio", "-serial", f"file:{ports[0]}", "-serial", f"file:{ports[1]}",
            ]
            for disk in self.disks:
                command += ["-drive", f"if=virtio,format=raw,file={disk},cache=unsafe"]
            # QEMU has much to say about what TCG leaves out of an EPYC.
            subprocess.run(command, check=False, timeout=self.timeout * NESTED_PATIENCE + 120, stderr=subprocess.DEVNULL)
            return self.take(ports)

    def take(self, ports):
        text = ports[0].read_text(errors="replace") if ports[0].exists() else ""
        status = re.search(r"status: (\d+)\n", text)
        if "report" in self.outputs:
            self.outputs["report"].write_text(text.partition("\n")[2])
        elif status:
            sys.stderr.write(text.partition("\n")[2])
        if "debug-log" in self.outputs and ports[1].exists():
            self.outputs["debug-log"].write_bytes(ports[1].read_bytes())
        return int(status.group(1)) if status else NO_ANSWER


def main():
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    if kvm_is_usable():
        environment = {**os.environ, "CLOUDHV_SOURCE": str(ROOT)}
        sys.exit(subprocess.run([bench(), *arguments], env=environment, check=False).returncode)
    sys.exit(Nested(arguments).run())


if __name__ == "__main__":
    main()
