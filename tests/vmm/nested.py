# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The bench inside of QEMU, which boots Debian's cloud kernel and emulates AMD's SVM for its KVM.

Files that flags name are taken along: disks, memory zones and pmem as QEMU's disks, so that what is written to them
comes back. Results come back as a tar archive on one more disk.
"""

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

import bench
from disks import debian, initramfs

FIXTURES = [f"tests/fixtures/{vmm}/memory-512M-one-disk.txt" for vmm in ("cloud-hypervisor", "firecracker")]

BITS = 40
MEMORY = "1280M"
# Time goes by more slowly in there.
PATIENCE = 10

RESULTS_SIZE = 32 << 20
MODULES = ["kvm-amd", "virtio_pci", "virtio_blk"]

BATCH = """\
mkdir -p /results/{index}
/vmm {words} < /dev/null > /results/{index}/console 2> /results/{index}/errors
echo $? > /results/{index}/status
"""
BATCH_END = """\
sync
cd /results && tar cf - . > {disk}
sync
poweroff -f
"""

TERMINAL = """\
stty -opost -icrnl -echo < /dev/ttyS0
mkdir -p /results/0
/vmm {words} < /dev/ttyS0 > /dev/ttyS0 2> /results/0/errors
echo $? > /results/0/status
cat /results/0/errors > /dev/ttyS0
"""


def quote(words):
    return " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)


class Guest:
    """What goes into QEMU: files by their new names."""

    def __init__(self):
        self.files = []
        self.disks = []

    def file(self, path):
        path = Path(path)
        if path not in self.files:
            self.files.append(path)
        return f"/guest/{self.files.index(path)}"

    def disk(self, path):
        path = Path(path)
        if path not in self.disks:
            self.disks.append(path)
        return f"/dev/vd{chr(ord('a') + self.disks.index(path))}"

    def flags(self, words):
        """Cloud Hypervisor's flags as they are in there."""
        changed = []
        flag = ""
        for word in map(str, words):
            if word.startswith("--"):
                flag = word
            elif flag in ("--kernel", "--firmware", "--initramfs"):
                word = self.file(word)
            elif flag in ("--disk", "--memory-zone", "--pmem"):
                word = re.sub(r"(^|,)(path|file)=([^,]*)", lambda m: f"{m[1]}{m[2]}={self.disk(m[3])}", word)
            elif flag == "--cpus" and "max_phys_bits" not in word:
                word += f",max_phys_bits={BITS}"
            changed.append(word)
        if "--cpus" not in changed:
            changed += ["--cpus", f"boot=1,max_phys_bits={BITS}"]
        return changed

    def run(self, index, run):
        slow = bench.Run(self.flags(run.flags), run.bench, run.timeout * PATIENCE)
        return quote(slow.words(f"/results/{index}"))

    def start(self, script, folder, timeout, serial):
        """Boot QEMU; what was in /results in there is in `folder` then."""
        image, results = folder / "initramfs", folder / "results.tar"
        with open(results, "wb") as file:
            file.truncate(RESULTS_SIZE)
        end = BATCH_END.format(disk=self.disk(results))
        files = [(f"guest/{i}", file) for i, file in enumerate(self.files)]
        initramfs.MODULES = MODULES
        initramfs.write(image, local="export CLOUDHV_SOURCE=/\n" + script + end,
                        extra=[("vmm", bench.binary()), *((name, bench.ROOT / name) for name in FIXTURES), *files])
        command = [
            "qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "EPYC,+svm", "-m", MEMORY, "-nodefaults",
            "-no-user-config", "-display", "none", "-no-reboot", "-kernel", debian.kernel()[0], "-initrd", image,
            "-append", "console=ttyS0 quiet loglevel=3 mitigations=off", "-serial", serial,
        ]
        for disk in self.disks:
            command += ["-drive", f"if=virtio,format=raw,file={disk},cache=unsafe"]
        # QEMU has much to say about what TCG leaves out of an EPYC.
        subprocess.run(command, check=False, timeout=timeout, stderr=subprocess.DEVNULL,
                       stdin=None if serial == "stdio" else subprocess.DEVNULL)
        with tarfile.open(results) as archive:
            archive.extractall(folder / "results")


def run_all(runs):
    guest = Guest()
    script = "".join(BATCH.format(index=i, words=guest.run(i, run)) for i, run in enumerate(runs))
    timeout = sum(run.timeout for run in runs) * PATIENCE + 300
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "qemu.log"
        try:
            guest.start(script, folder, timeout, f"file:{log}")
        except (tarfile.TarError, subprocess.TimeoutExpired) as error:
            raise RuntimeError(f"the runs in QEMU did not end: {error}; {log.read_text(errors='replace')}") from error
        return [bench.take(folder / "results" / str(i)) for i in range(len(runs))]


def run_on_terminal(run):
    guest = Guest()
    script = TERMINAL.format(words=guest.run(0, run))
    with tempfile.TemporaryDirectory() as name:
        guest.start(script, Path(name), run.timeout * PATIENCE + 300, "stdio")
        return bench.take(Path(name) / "results" / "0")
