# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Runs of Cloud Hypervisor's machine, described by Cloud Hypervisor's flags, in one of three ways:

* on tests/vmm's bench, where /dev/kvm is;
* on the bench inside of QEMU (nested.py), whose TCG emulates AMD's SVM: many runs share one boot of that;
* on a real Cloud Hypervisor, when the environment variable CLOUD_HYPERVISOR names it. It does not know --bench.

CLOUDHV_VMM names the bench's binary, else it is Build/host/tests/vmm/vmm. CLOUDHV_KVM=nested|direct chooses between
the first two.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "vmm")]

PATIENCE = 60

# Results of a run, as files: what the bench writes there.
OUTPUTS = ("report", "debug-log", "state")


@dataclass
class Run:
    """What to start: words of Cloud Hypervisor's command line, and those of --bench."""

    flags: list
    bench: list = field(default_factory=list)
    timeout: int = PATIENCE

    def words(self, outputs):
        """The bench's command line; `outputs` is a folder as the bench sees it."""
        bench = [*self.bench, f"timeout={self.timeout}", *(f"{name}={outputs}/{name}" for name in OUTPUTS)]
        return [*map(str, self.flags), "--bench", ",".join(bench)]


@dataclass
class Result:
    status: int
    console: str
    errors: str = ""
    report: dict = field(default_factory=dict)
    debug: str = ""
    state: str = ""

    def exits(self, kind):
        return int(self.report[f"exits-{kind}"])

    def __str__(self):
        return f"status {self.status}\n{self.report}\n{self.errors}\n{self.console}\n{self.debug[-2000:]}\n{self.state[:2000]}"


def take(folder):
    """The result whose parts are files in `folder`."""
    def text(name):
        file = folder / name
        return file.read_text(errors="replace") if file.exists() else ""

    report = dict(line.split(": ", 1) for line in text("report").splitlines() if ": " in line)
    return Result(int(text("status") or -1), text("console"), text("errors"), report, text("debug-log"), text("state"))


def binary():
    given = os.environ.get("CLOUDHV_VMM")
    path = Path(given) if given else ROOT / "Build" / "host" / "tests" / "vmm" / "vmm"
    if not path.exists():
        sys.exit(f"{path} is not there: meson setup Build/host -Dtarget=host && ninja -C Build/host tests/vmm/vmm")
    return path


def real():
    """A real Cloud Hypervisor, or None."""
    return os.environ.get("CLOUD_HYPERVISOR")


def kvm_is_usable():
    way = os.environ.get("CLOUDHV_KVM")
    if way:
        return way == "direct"
    # A /dev/kvm without vmx or svm emulates instructions: QEMU is faster.
    flags = Path("/proc/cpuinfo").read_text()
    return os.access("/dev/kvm", os.R_OK | os.W_OK) and re.search(r"\b(vmx|svm)\b", flags) is not None


def address_bits():
    """How wide physical addresses can be."""
    if not real() and not kvm_is_usable():
        import nested
        return nested.BITS
    return min(46, int(re.search(r"(\d+) bits physical", Path("/proc/cpuinfo").read_text()).group(1)))


def environment():
    return {**os.environ, "CLOUDHV_SOURCE": str(ROOT)}


def _run_to_files(command, folder, timeout):
    with open(folder / "console", "wb") as console, open(folder / "errors", "wb") as errors:
        try:
            status = subprocess.run(command, check=False, env=environment(), stdin=subprocess.DEVNULL, stdout=console,
                                    stderr=errors, timeout=timeout).returncode
        except subprocess.TimeoutExpired:
            status = 12  # as the bench says it
    (folder / "status").write_text(str(status))


def run_all(runs):
    """Their results, in order. A later run finds the files as an earlier one left them."""
    if not real() and not kvm_is_usable():
        import nested
        return nested.run_all(runs)
    results = []
    for run in runs:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if real():
                _run_to_files([real(), *map(str, run.flags)], folder, run.timeout)
            else:
                _run_to_files([binary(), *run.words(folder)], folder, run.timeout + PATIENCE)
            results.append(take(folder))
    return results
