# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The firmware on Cloud Hypervisor's machine: tests/vmm's bench, strict, so that every access to what is not there fails.

What boots is tests/vmm/guest, which tells what it finds and turns the machine off.
"""

import re
import subprocess
from dataclasses import dataclass

import pytest

from disks import layout
from vm import ROOT

BENCH = ROOT / "Build" / "host" / "tests" / "vmm" / "vmm"
RUN = ROOT / "tests" / "vmm" / "run.py"

POWER_OFF, RESET = 0, 10

MIB = 1 << 20
ACPI_RECLAIM = 9

# DESIGN, section 9.
EXITS = 300
EXITS_PER_DISK = 10
RAM_KEPT = 512 * 1024


@dataclass
class Result:
    status: int
    console: str
    report: dict
    debug: str

    def told(self, key):
        """What the guest said of `key`."""
        return int(re.search(rf"guest: {key}=(0x[0-9a-f]+)", self.console).group(1), 16)

    def exits(self, kind):
        return int(self.report[f"exits-{kind}"])


@pytest.fixture(scope="session", autouse=True)
def _bench():
    if not BENCH.exists():
        build = ROOT / "Build" / "host"
        if not (build / "build.ninja").exists():
            subprocess.run(["meson", "setup", build, "-Dtarget=host"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["ninja", "-C", build, "--quiet", "tests/vmm/vmm"], check=True)


def output(build):
    return ROOT / "Build" / "CloudHvX64" / f"{build}_GCC5"


@pytest.fixture
def disk(tmp_path):
    image = tmp_path / "disk.img"
    [place] = layout.gpt(image, 34 * MIB, [(layout.ESP, 32)])
    guest = output("RELEASE") / "meson" / "tests" / "vmm" / "guest" / "vmm-guest.efi"
    layout.fat(image, place, {"EFI/BOOT/BOOTX64.EFI": guest}, bits=16)
    return image


@pytest.fixture
def run(tmp_path, firmware, request):
    if firmware != "cloudhv":
        pytest.skip("only this tree's firmware runs on Cloud Hypervisor's machine here")
    if request.config.getoption("--interactive"):
        pytest.skip("use tests/vmm/run.py")

    def start(*flags, build="RELEASE", bench="strict", consoles=("--serial", "tty", "--console", "off")):
        report, debug = tmp_path / "report", tmp_path / "debug"
        command = [RUN, "--kernel", output(build) / "FV" / "CLOUDHV.fd", *consoles, *flags]
        command += ["--bench", f"{bench},timeout=30,report={report},debug-log={debug}"]
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=600)
        console = done.stdout.decode(errors="replace")
        text = report.read_text() if report.exists() else ""
        lines = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
        log = debug.read_text(errors="replace") if debug.exists() else ""
        assert lines, f"the bench said nothing; its console:\n{console}"
        return Result(done.returncode, console, lines, log)

    return start


def check_boot(result, memory):
    assert result.status == POWER_OFF, f"{result.report}\n{result.console}\n{result.debug}"
    assert "guest: done" in result.console
    # The guest itself, its stack and what it was loaded from are free again after ExitBootServices.
    assert memory - 0x60000 - result.told("free") <= RAM_KEPT
    assert result.told("free-1-64") == 63 * MIB
    assert result.told("legacy-type") == ACPI_RECLAIM
    assert result.told("acpi20") == 0xA0000
    assert result.told("smbios3") == 0xF0000
    assert result.told("year") >= 2024


@pytest.mark.parametrize("build", ["RELEASE", "DEBUG"])
def test_boot(run, disk, build):
    result = run("--memory", "size=512M", "--disk", f"path={disk}", build=build)
    check_boot(result, 512 * MIB)
    # The TSC's frequency stands in CPUID: nothing is measured.
    assert result.exits("pm-timer") == 0
    if build == "RELEASE":
        assert 0 < result.exits("to-loader") <= EXITS


def test_six_gigabytes(run, disk):
    check_boot(run("--memory", "size=6G", "--disk", f"path={disk}"), 6144 * MIB)


@pytest.mark.parametrize("consoles", [(), ("--serial", "off")], ids=["default", "serial-off"])
def test_virtio_console(run, disk, consoles):
    """Cloud Hypervisor's default: the terminal is a virtio-console, and nobody reads the serial port."""
    result = run("--disk", f"path={disk}", consoles=consoles)
    check_boot(result, 512 * MIB)
    assert 0 < result.exits("to-loader") <= EXITS


def test_without_any_console(run, disk):
    """Nobody hears anything, and nothing waits for a port that is not there."""
    result = run("--disk", f"path={disk}", consoles=("--serial", "off", "--console", "off"))
    assert result.status == POWER_OFF, f"{result.report}\n{result.console}\n{result.debug}"
    assert "guest:" not in result.console


@pytest.mark.parametrize("state", ["x2apic", "stale-ram"])
def test_entry_state(run, disk, state):
    """x2APIC mode already on; RAM with old bytes in it."""
    check_boot(run("--memory", "size=128M", "--disk", f"path={disk}", bench=f"strict,{state}"), 128 * MIB)


def test_the_pm_timer_measures_time(run, disk):
    result = run("--disk", f"path={disk}", bench="strict,no-tsc-leaf")
    check_boot(result, 512 * MIB)
    assert 2 <= result.exits("pm-timer") <= 32


def test_disks_that_are_not_booted_cost_little(run, disk):
    one = run("--disk", f"path={disk}")
    many = run("--disk", f"path={disk}", *["--disk", f"path={disk},readonly=on"] * 29)
    check_boot(many, 512 * MIB)
    growth = many.exits("to-loader") - one.exits("to-loader")
    assert growth <= 29 * EXITS_PER_DISK


@pytest.mark.parametrize("what, status", [("poweroff", POWER_OFF), ("reset", RESET)])
@pytest.mark.parametrize("how", ["cmdline", "oem_strings"])
def test_nothing_boots(run, how, what, status):
    """The host says what to do then, in both ways that Cloud Hypervisor has."""
    word = f"cloudhv.noboot={what}"
    flags = ["--cmdline", f"quiet {word}"] if how == "cmdline" else ["--platform", f"oem_strings=[first,{word}]"]
    result = run(*flags)
    assert result.status == status, f"{result.report}\n{result.console}\n{result.debug}"
    assert "no disk" in result.console
