# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The scripts of nsh/: run by a shell in one boot, and what came out, cut into cases.

A script prints `== CASE` in front of what is compared line by line, and `=~ CASE` where the shells may use words of
their own: of such a case only lines in [brackets] with a number count, which tell exit codes and variables. Scripts run in a
directory of their own with FILES in it.
"""

import re

import pexpect

from disks import debian, layout
from run_selftest import CRASH
from shell import SHELL
from vm import ANSWER, BOOT, ROOT, Spec

SCRIPTS = ROOT / "tests" / "system" / "nsh"
DIFFERENCES = SCRIPTS / "differences.txt"
TOPICS = sorted(path.stem for path in SCRIPTS.glob("*.nsh"))

# Seconds for all scripts.
PATIENCE = BOOT + 10 * ANSWER

FILES = {
    "a.txt": "hello\n",
    "b.txt": "hellp\n",
    "ucs2.txt": "wide\r\n".encode("utf-16"),
    "sub/deep/f.txt": "x\n",
    "big.bin": bytes(range(256)) * 200,
    "bad.efi": "MZ, but no image\n",
}

# What two runs need not have alike.
NORMAL = [
    (re.compile(r"\d\d/\d\d/\d{4}\s+\d\d:\d\d(:\d\d)?"), "DATE"),
    (re.compile(r'"\d\d:\d\d:\d\d","\d\d\.\d\d\.\d{4}"'), "DATE"),
    (re.compile(r'^(VolumeInfo(,"[^"]*"){3},)"\d+"'), r'\1"FREE"'),
    # hexadecimal digits of GUIDs: the specification has them in either case
    (re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"), lambda match: match[0].lower()),
    (re.compile(r"[ \t]+"), " "),
    (re.compile(r"^ | $"), ""),
]


def shell_of(name):
    """The PE file: this tree's, or Debian's build of edk2's."""
    if name == "ours":
        return SHELL
    return debian.newer("efi-shell-x64") / "usr/share/efi-shell-x64/shellx64.efi"


def _startup():
    lines = ["@echo -off", "fs0:"]
    for topic in TOPICS:
        lines += [f"cd \\t\\{topic}", f'\\nsh\\{topic}.nsh one "two words" three > \\out\\{topic}.txt']
    return "\r\n".join([*lines, "reset -s", ""])


def run(start, folder, name):
    """{topic: {case: [line]}} of a shell on this firmware."""
    image = folder / f"{name}.img"
    [place] = layout.gpt(image, 64 * layout.MIB, [(layout.ESP, None)])
    files = {"EFI/BOOT/BOOTX64.EFI": shell_of(name), "startup.nsh": _startup(), "out/none": ""}
    for path in sorted(SCRIPTS.rglob("*.nsh")):
        files[f"nsh/{path.relative_to(SCRIPTS)}"] = path.read_bytes()
    for topic in TOPICS:
        files.update({f"t/{topic}/{file}": content for file, content in FILES.items()})
    layout.fat(image, place, files)
    disk = ["-drive", f"if=none,id=corpus,format=raw,snapshot=off,file={image}", "-device", "virtio-blk-pci,drive=corpus"]
    vm = start(Spec([], extra=disk))
    crash = vm.child.expect([pexpect.EOF, CRASH], timeout=PATIENCE)
    if crash:
        vm.child.expect("called from firmware", timeout=20)
        raise AssertionError(f"{name}: {vm.log_path} ends in a crash")
    out = folder / name
    out.mkdir()
    layout.run("mcopy", "-n", "-i", f"{image}@@{place[0]}", "::out/*", out)
    return {topic: cases((out / f"{topic}.txt").read_bytes().decode("utf-16")) for topic in TOPICS}


def normal(line):
    for pattern, replacement in NORMAL:
        line = pattern.sub(replacement, line)
    return line


def cases(text):
    """{case: [line]} of a script's output."""
    found, lines, status_only = {}, [], False
    for line in map(normal, text.replace("\r", "").split("\n")):
        mark = re.fullmatch(r"=([=~]) (\S+)", line)
        if mark:
            lines = found.setdefault(mark[2], [])
            status_only = mark[1] == "~"
        elif line and (not status_only or re.fullmatch(r"\[.*0x.*\]", line)):
            lines.append(line)
    return found


def differences():
    """{topic.case: reason} of the file."""
    found = {}
    for number, line in enumerate(DIFFERENCES.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        words = [word.strip() for word in line.split("|", 1)]
        assert len(words) == 2 and words[1] and words[0] not in found, f"{DIFFERENCES}:{number}: {line}"
        found[words[0]] = words[1]
    return found
