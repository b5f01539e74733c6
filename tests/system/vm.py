# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A VM started through ./run.sh and driven over its serial console."""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pexpect

from disks.initramfs import PROMPT

ROOT = Path(__file__).resolve().parents[2]

# Seconds. Generous, because a loaded two-core machine runs these under TCG;
# they end a hang, they do not measure.
BOOT = 240
ANSWER = 30

# The width of the firmware's text console.
COLUMNS = 80

TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]|\x1b[78]|\x1b[=>()][0-9A-B]?")


@dataclass
class Spec:
    """What to start: run.sh's flags, one field each."""

    disks: list = field(default_factory=list)
    firmware: str = "cloudhv"
    machine: str = "q35"
    cpus: int = 1
    memory: str = "256M"
    build: str = "RELEASE"
    cmdline: str = ""
    kernel: str = ""
    initramfs: str = ""
    console: str = "serial"  # or "virtio", "none": where the terminal is
    extra: list = field(default_factory=list)

    def command(self, mode="--dry-run"):
        words = [str(ROOT / "run.sh"), "--vmm", "qemu", "--machine", self.machine, "-b", self.build]
        words += ["--cpus", f"boot={self.cpus}", "--memory", f"size={self.memory}", "--firmware", self.firmware]
        if self.console != "serial":
            words += ["--serial", "off", "--console", "tty" if self.console == "virtio" else "off"]
        if self.cmdline:
            words += ["--cmdline", self.cmdline]
        if self.kernel:
            words += ["--kernel", str(self.kernel)]
        if self.initramfs:
            words += ["--initramfs", str(self.initramfs)]
        for disk in self.disks:
            words += ["--disk", disk if "=" in str(disk) else f"path={disk}"]
        if not self.disks:
            words += ["--no-disk"]
        # The disks are shared between tests: what a VM writes is dropped.
        return [*words, mode, "--", "-snapshot", *map(str, self.extra)]


class VM:
    """A running VM. Use it in a `with`: leaving ends it."""

    def __init__(self, spec, log):
        self.spec = spec
        self.log_path = Path(log)
        self.debug_path = self.log_path.with_suffix(".debug")
        self.monitor_path = self.log_path.with_suffix(".qmp")
        if spec.build == "DEBUG":
            spec.extra += [
                "-chardev", f"file,id=debugport,path={self.debug_path}",
                "-device", "isa-debugcon,iobase=0x402,chardev=debugport",
            ]
        printed = subprocess.run(spec.command(), check=True, capture_output=True, text=True).stdout
        command = shlex.split(printed)
        self._log = open(self.log_path, "w", encoding="utf-8", errors="replace")
        self._log.write(f"# {shlex.join(spec.command('--interactive'))}\n")
        self.child = pexpect.spawn(
            command[0], command[1:], encoding="utf-8", codec_errors="replace", echo=False,
            logfile=None, dimensions=(24, 200), timeout=ANSWER,
        )
        self.child.logfile_read = self._log

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.child.close(force=True)
        self._log.close()

    def expect(self, pattern, timeout=BOOT):
        """Wait for a pattern (a regular expression); return what came before it."""
        try:
            self.child.expect(pattern, timeout=timeout)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            kind = "ended" if isinstance(error, pexpect.EOF) else f"said nothing of it for {timeout} s"
            tail = self.log_path.read_text(errors="replace")[-1500:]
            raise AssertionError(f"waiting for {pattern!r}: the VM {kind}; {self.log_path} ends:\n{tail}") from None
        return self.child.before

    def expect_prompt(self, timeout=BOOT):
        return self.expect(re.escape(PROMPT), timeout)

    def run(self, command, timeout=ANSWER, check=True):
        """Run a command in the guest's shell; return its output."""
        # The echo of the command has quotes in its markers, the output has none.
        self.child.sendline(f"echo '<''<'; {command}; echo '>''>'$?")
        text = self.expect(r">>(\d+)\r", timeout)
        status = int(self.child.match.group(1))
        self.expect_prompt(timeout)
        output = text.replace("\r", "").rpartition("<<\n")[2]
        assert status == 0 or not check, f"in the guest: {command}: status {status}: {output}"
        return output

    def wait_end(self, timeout=BOOT):
        """Wait until QEMU ends by itself; return what it still printed."""
        self.expect(pexpect.EOF, timeout)
        return self.child.before

    def debug_log(self):
        """What the DEBUG firmware has written to the debug port."""
        return self.debug_path.read_text(errors="replace") if self.debug_path.exists() else ""


def plain(text):
    """Console text without terminal control codes, and with lines that the firmware broke at its width rejoined."""
    text = TERMINAL_CODES.sub("", text).replace("\r", "")
    return re.sub(rf"(?m)^(.{{{COLUMNS}}})\n", r"\1", text)


def interactive(spec):
    """Give the very same VM to the person at this terminal."""
    command = spec.command("--interactive")
    print(f"\n{shlex.join(command)}", file=sys.stderr)
    terminal = os.open("/dev/tty", os.O_RDWR)
    subprocess.run(command, stdin=terminal, stdout=terminal, stderr=terminal, check=False)
    os.close(terminal)
