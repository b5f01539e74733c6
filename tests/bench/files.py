# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Reading and writing files, beside Debian's ovmf on the same QEMU, and the host with its page cache. A report.

python3 tests/bench/files.py [--device virtio-blk|virtio-scsi|nvme|sata] [--disks N] [--rounds N]

Each firmware runs --rounds times, in turns, and its best counts: the host does other things, too.
"""

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

import pexpect

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "bench")]

import guests  # noqa: E402
from disks import layout  # noqa: E402
from marker import other_disk  # noqa: E402
from vm import Spec  # noqa: E402

MIB = 1 << 20
FILE_MIB = 256
DEADLINE = 900

# How many times faster than OVMF it should be.
GOALS = {"read-64k": 10, "read-1m": 2, "read-64m": 2, "random-4k": 100}


def make_disk(image, size_mib=FILE_MIB):
    """A FAT32 volume with the program and a file whose bytes are never the same."""
    esp = size_mib + 96
    [place] = layout.gpt(image, (esp + 2) * MIB, [(layout.ESP, esp)])
    big = image.with_suffix(".bin")
    with open(big, "wb") as file:
        for number in range(size_mib):
            file.write((number.to_bytes(4, "little") + bytes(range(252))) * (MIB // 256))
    layout.fat(image, place, {"EFI/BOOT/BOOTX64.EFI": guests.program("files"), "big.bin": big})
    fill_holes(image)
    return big


def fill_holes(image):
    """Gives every block of the image a place: the first to write would pay the host's file system for it."""
    full = image.with_suffix(".full")
    layout.run("cp", "--sparse=never", image, full)
    full.replace(image)


def checksum(big):
    """What the program calculates of the file."""
    total = 0
    with open(big, "rb") as file:
        while data := file.read(64 * MIB):
            total = ((total << 1 | total >> 31) & 0xFFFFFFFF) ^ zlib.crc32(data)
    return total


def other_disks(count):
    """Arguments of QEMU for disks that are not booted, eight in each slot."""
    words = []
    for number in range(count):
        slot, function = 8 + number // 8, number % 8
        words += ["-drive", f"if=none,id=other{number},format=raw,readonly=on,file={other_disk() / 'disk.img'}"]
        words += ["-device", f"virtio-blk-pci,drive=other{number},addr={slot:#x}.{function},multifunction=on"]
    return words


def start(firmware, image, device, extra):
    """The VM, and when it was started."""
    spec = Spec([f"path={image},device={device}"], firmware=firmware, memory="512M", extra=extra)
    printed = subprocess.run(spec.command(), check=True, capture_output=True, text=True).stdout
    command = [word for word in shlex.split(printed) if word != "-snapshot"]
    begin = time.time()
    return pexpect.spawn(command[0], command[1:], encoding="utf-8", codec_errors="replace", timeout=DEADLINE), begin


def boot(firmware, image, device, others):
    """Seconds until the program runs, the best of three."""
    times = []
    for _ in range(3):
        child, begin = start(firmware, image, device, other_disks(others))
        child.expect("guest: here")
        times.append(time.time() - begin)
        child.close(force=True)
    return min(times)


def run(firmware, image, device):
    """{what: number} that the program tells, and how often the device was notified meanwhile."""
    with tempfile.NamedTemporaryFile("r", errors="replace") as trace:
        extra = ["-msg", "timestamp=on", "-trace", "virtio_queue_notify", "-trace", "pci_nvme_mmio_doorbell_sq", "-D", trace.name]
        child, _ = start(firmware, image, device, extra)
        values, phases = {}, []
        while True:
            which = child.expect([r"phase ([\w-]+)\r", r"guest: ([\w-]+)=0x([0-9a-f]+)\r", "guest: done"])
            if which == 2:
                break
            if which == 1:
                values[child.match.group(1)] = int(child.match.group(2), 16)
            elif child.match.group(1) == "end":
                phases[-1] += (time.time(),)
            else:
                phases.append((child.match.group(1), time.time()))
        child.expect(pexpect.EOF)
        stamps = [float(stamp) for stamp in re.findall(r"^\d+@(\d+\.\d+):", trace.read(), re.M)]
    for name, first, last in phases:
        values[name + "-notifies"] = sum(first <= stamp <= last for stamp in stamps)
    return values


def best(one, other):
    """What two runs tell, each phase by the faster of them."""
    if one is None:
        return other
    return {
        name: min(value, other[name]) if name.endswith(("-us", "-notifies")) else value
        for name, value in one.items()
    }


def host_rate(big):
    """MiB per second of the host's own reading, from its page cache."""
    rates = []
    target = bytearray(64 * MIB)
    for _ in range(3):
        start = time.perf_counter()
        with open(big, "rb", buffering=0) as file:
            while file.readinto(target):
                pass
        rates.append(FILE_MIB / (time.perf_counter() - start))
    return max(rates)


def rate(values, name):
    return values[name + "-bytes"] / MIB / (max(values[name + "-us"], 1) / 1e6)


def check_written(image, big):
    """The file that the program wrote, and that the one it read is still as it was."""
    out = big.with_suffix(".out")
    for name, wanted in (("out.bin", None), ("big.bin", big.read_bytes())):
        layout.run("mcopy", "-n", "-i", f"{image}@@{MIB}", f"::{name}", out)
        data = out.read_bytes()
        if wanted is None:
            words = (i * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF for i in range(MIB // 8))
            wanted = b"".join(word.to_bytes(8, "little") for word in words) * (len(data) // MIB)
        if data != wanted:
            raise RuntimeError(f"{name} is not what it should be")
        out.unlink()


def report(device, results, host):
    ours, other = results["cloudhv"], results["ovmf"]
    print(f"{device}; host {host:,.0f} MiB/s from its page cache")
    print(f"{'':12}{'CloudHv MiB/s':>16}{'ovmf MiB/s':>14}{'times':>8}{'goal':>6}{'doorbells/MiB':>15}{'ovmf':>8}")
    for name in ("read-4k", "read-64k", "read-1m", "read-64m", "random-4k", "write-1m"):
        mine, its = rate(ours, name), rate(other, name)
        bells = [values[name + "-notifies"] / (values[name + "-bytes"] / MIB) for values in (ours, other)]
        goal = GOALS.get(name, "")
        print(f"{name:12}{mine:16,.1f}{its:14,.1f}{mine / its:8,.1f}{goal:>6}{bells[0]:15,.2f}{bells[1]:8,.2f}")
    print(f"64 MiB requests: the host is {host / rate(ours, 'read-64m'):.2f} times as fast (goal 1.5)", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="virtio-blk")
    parser.add_argument("--disks", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    results = {"cloudhv": None, "ovmf": None}
    with tempfile.TemporaryDirectory(dir=ROOT / "Build") as directory:
        image = Path(directory) / "disk.img"
        big = make_disk(image)
        wanted = checksum(big)
        for firmware in list(results) * options.rounds:
            values = run(firmware, image, options.device)
            if values["checksum"] != wanted:
                raise RuntimeError(f"{firmware} has read something else")
            check_written(image, big)
            layout.run("mdel", "-i", f"{image}@@{MIB}", "::out.bin")
            results[firmware] = best(results[firmware], values)
        host = host_rate(big)
        report(options.device, results, host)
        for others in (0, options.disks - 1):
            times = [f"{name} {boot(name, image, options.device, others):.2f}" for name in results]
            print(f"boot with {others + 1} disks, seconds: {', '.join(times)}", flush=True)


if __name__ == "__main__":
    main()
