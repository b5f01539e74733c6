# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The EFI shell on a serial console: lines in, output out."""

import re
from pathlib import Path

from disks import layout
from vm import ANSWER, BOOT, ROOT, Spec, plain

SHELL = ROOT / "Build/CloudHvX64/RELEASE_GCC5/FV/Shell.efi"

# At the begin of a line, and the last thing on it. Lines of scripts are shown behind one, too, unless they begin with @.
PROMPT = r"[\r\n](?:Shell|[A-Za-z]+\d+[a-z]?:\\[^\r\n> ]*)> "
CTRL_C = "\x03"


def disk(directory, files, name="disk.img", shell=SHELL):
    """A disk with one FAT volume, FS0:, that boots the shell (or None) and holds `files`."""
    image = Path(directory) / name
    (place,) = layout.gpt(image, 64 * layout.MIB, [(layout.ESP, None)])
    everything = dict(files)
    if shell:
        everything["EFI/BOOT/BOOTX64.EFI"] = shell
    layout.fat(image, place, everything)
    return image


class Shell:
    """A VM at the shell's prompt."""

    def __init__(self, start, disks, answer=None, **options):
        """`answer`: a pattern that comes before the prompt, and the keys for it."""
        self.vm = start(Spec(disks, **options))
        if answer:
            self.vm.expect(answer[0])
            self.type(answer[1])
        self.banner = plain(self.vm.expect(PROMPT, BOOT))

    def type(self, keys):
        self.vm.child.send(keys)

    def run(self, line, timeout=ANSWER):
        """Run a line; return its output without the line itself."""
        self.type(line + "\r")
        return self.output(timeout)

    def output(self, timeout=ANSWER):
        """What comes before the next prompt, without the rest of the line on which the last one stands."""
        text = plain(self.vm.expect(PROMPT, timeout))
        return text.partition("\n")[2].rstrip("\n")

    def status(self):
        """%lasterror% of the last line."""
        return int(self.run("echo %lasterror%"), 16)
