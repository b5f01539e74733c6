# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Measure and print a table with the limit of docs/architecture.md §9 beside each figure. A report, not a test."""

import bisect
import re
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "bench"), str(ROOT / "tests" / "vmm")]

import bench  # noqa: E402
import guests  # noqa: E402
import shell  # noqa: E402
from disks import debian, loaders  # noqa: E402
from marker import marker_disk, other_disk  # noqa: E402
from vm import VM, Spec  # noqa: E402

FIRMWARE = ROOT / "Build" / "CloudHvX64" / "RELEASE_GCC5" / "FV" / "CLOUDHV.fd"
PLUGIN = ROOT / "Build" / "bench" / "count.so"
DEADLINE = 600

# What these execute depends on how long a device takes, not on the firmware.
WAITS = ["block_wait", "block_look", "blk_poll", "partition_poll", "virtqueue_take", "deadline_passed", "cpu_relax", "cpu_read_tsc", "measure",
         "measure_once", "measure_timer_ratio"]


def build_plugin():
    PLUGIN.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-shared",
         "-o", PLUGIN, ROOT / "tests" / "bench" / "count.c"], check=True)


def pvh_entry():
    """The address in the firmware's Xen note: type 18, four bytes or eight."""
    text = subprocess.run(["readelf", "-n", "-W", FIRMWARE], check=True, capture_output=True, text=True).stdout
    match = re.search(r"Xen\s.*0x0*12.*?description data: ((?:[0-9a-f]{2} )+)", text, re.S)
    return int.from_bytes(bytes.fromhex(match.group(1))[:4], "little")


def symbols():
    """[(address, name)] of the firmware's functions, sorted. It runs where it is linked to until the OS has it."""
    text = subprocess.run(
        ["nm", "-n", FIRMWARE.with_suffix(".elf")], check=True, capture_output=True, text=True).stdout
    words = [line.split() for line in text.splitlines()]
    return [(int(address, 16), name) for address, kind, name in words if kind in "tT"]


def by_function(places):
    """{function: instructions}; what is not ours is under "elsewhere"."""
    table = symbols()
    addresses = [address for address, _ in table]
    end = addresses[-1] + 4096
    totals = Counter()
    for address, times in places:
        inside = addresses[0] <= address < end
        name = table[bisect.bisect_right(addresses, address) - 1][1] if inside else "elsewhere"
        totals[name] += times
    return totals


def count(firmware, machine="q35", memory="1G", disks=None, others=0, extra=()):
    """{what: how often} from entry to the marker: the first instruction of BOOTX64.EFI, unless `disks` have others."""
    disks = (disks or [marker_disk() / "disk.img"]) + others * [f"path={other_disk() / 'disk.img'},readonly=on"]
    entry = pvh_entry() if firmware == "cloudhv" else 0
    with tempfile.NamedTemporaryFile() as out:
        extra = ["-plugin", f"{PLUGIN},out={out.name},entry={entry:#x}", *extra]
        spec = Spec(disks, firmware=firmware, machine=machine, memory=memory, extra=extra)
        command = shlex.split(subprocess.run(spec.command(), check=True, capture_output=True, text=True).stdout)
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE)
        text = Path(out.name).read_text()
    if not text:
        raise RuntimeError(f"The marker was not reached: {result.stdout}{result.stderr}")
    lines = [line.split() for line in text.splitlines()]
    result = {words[0]: int(words[1]) for words in lines if len(words) == 2}
    result["waits"] = 0
    if firmware == "cloudhv":
        result["functions"] = by_function([(int(words[1], 0), int(words[2])) for words in lines if words[0] == "at"])
        result["waits"] = sum(result["functions"][name] for name in WAITS)
        result["instructions"] -= result["waits"]
    return result


def system_ram(spec, log):
    with VM(spec, log) as vm:
        vm.expect_prompt()
        spans = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) : System RAM", vm.run("cat /proc/iomem"), re.M)
    return sum(int(last, 16) - int(first, 16) + 1 for first, last in spans)


def kept_ram(firmware):
    """What the OS has less than when QEMU starts the same kernel directly."""
    logs = ROOT / "Build" / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    disks = [loaders.systemd_boot() / "disk.img"]
    direct = Spec(disks, kernel=debian.kernel()[0], initramfs=loaders.initrd() / "initrd.img", cmdline=loaders.CONSOLE)
    reference = system_ram(direct, logs / "bench.direct.log")
    return reference - system_ram(Spec(disks, firmware=firmware), logs / f"bench.{firmware}.log")


def bytes_to_prompt():
    """Bytes to the UART, each of them an exit, until the shell waits for a key: no disk, nothing else to say."""
    logs = ROOT / "Build" / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with VM(Spec([]), logs / "bench.prompt.log") as vm:
        before = vm.expect(shell.PROMPT)
        return len((before + vm.child.after).encode())


def number(value):
    return f"{value:,}" if value is not None else "-"


def measure(firmware):
    """[(what, value, limit)]"""
    one = count(firmware)
    rows = [
        ("instructions, entry to BOOTX64.EFI, q35", one["instructions"], 1_000_000),
        ("the same, inside wait functions", one["waits"], None),
        ("accesses that leave the guest: ports", one["ports"], None),
        ("accesses that leave the guest: MMIO", one["mmio"], None),
        ("accesses that leave the guest, together", one["ports"] + one["mmio"], 300),
    ]
    if firmware == "cloudhv":
        rows += more_of_ours(one)
    rows.append(("RAM kept after ExitBootServices, bytes", kept_ram(firmware), 512 * 1024))
    return one, rows


def further_disk(disks=None):
    """(instructions, accesses) that one more disk costs until the marker."""
    one, five = (count("cloudhv", disks=disks, others=others) for others in (0, 4))
    return [sum(five[what] - one[what] for what in kinds) // 4 for kinds in (["instructions"], ["ports", "mmio"])]


def more_of_ours(one):
    with tempfile.TemporaryDirectory() as folder:
        listed = further_disk([guests.disk(Path(folder), "devices")])
    rows = [
        (f"per further disk, {whether}, {what}", value, limit)
        for whether, values, limits in (("left alone", further_disk(), (10_000, 10)), ("listed", listed, (300_000, 60)))
        for what, value, limit in zip(("instructions", "accesses"), values, limits)
    ]
    more = count("cloudhv", memory="16G")
    rows.append(("growth from 1 to 16 GiB of RAM, instructions", more["instructions"] - one["instructions"], 0))
    four = count("cloudhv", memory="4G")
    rows.append(("growth from 4 to 16 GiB of RAM, instructions", more["instructions"] - four["instructions"], None))
    for machine in ("pc", "microvm"):
        other = count("cloudhv", machine=machine)
        rows.append((f"instructions, {machine}", other["instructions"], 1_000_000))
    rows.append(("bytes on the serial console to the shell's prompt", bytes_to_prompt(), None))
    rows.append(("RELEASE CLOUDHV.fd, bytes", FIRMWARE.stat().st_size, 512 * 1024))
    return rows


def print_exits():
    """Exits on Cloud Hypervisor's machine, by kind, from entry to the first instruction of BOOTX64.EFI."""
    with tempfile.TemporaryDirectory() as folder:
        disk = f"path={guests.disk(Path(folder), 'machine')},readonly=on"
        flags = ["--kernel", FIRMWARE, "--serial", "tty", "--console", "off", "--platform", "num_pci_segments=2", "--disk"]
        others = [f"{disk},pci_segment={i % 2}" for i in range(39)]
        one, forty = bench.run_all([bench.Run([*flags, disk]), bench.Run([*flags, disk, *others])])
    print(f"\n{'exits on Cloud Hypervisor':40}{'limit':>16}{'1 disk':>16}{'40 disks':>16}")
    for name in one.report:
        if name.startswith("exits-to-loader") and (one.report[name], forty.report[name]) != ("0", "0"):
            limit = "300" if name == "exits-to-loader" else "-"
            print(f"{name:40}{limit:>16}{one.report[name]:>16}{forty.report[name]:>16}")
    further = (forty.exits("to-loader") - one.exits("to-loader")) / 39
    print(f"{'per further disk':40}{'60':>16}{further:>16.1f}")


def profile():
    """Where the instructions are: for a person who wants fewer of them."""
    one = count("cloudhv")
    for name, times in one["functions"].most_common(40):
        print(f"{times:>12,}  {name}{'  (wait)' if name in WAITS else ''}")


def main():
    build_plugin()
    if sys.argv[1:] == ["--profile"]:
        profile()
        return
    names = sys.argv[1:] or ["cloudhv", "ovmf"]
    columns = {}
    befores = {}
    for name in names:
        one, rows = measure(name)
        befores[name] = one["before"]
        for what, value, limit in rows:
            columns.setdefault(what, {"limit": limit})[name] = value
    width = max(map(len, columns))
    print(f"{'':{width}}" + "".join(f"{name:>16}" for name in ["limit", *names]))
    for what, values in columns.items():
        over = "  OVER" if values["limit"] is not None and values.get("cloudhv", 0) > values["limit"] else ""
        cells = "".join(f"{number(values.get(name)):>16}" for name in ["limit", *names])
        print(f"{what:{width}}{cells}{over}")
    if "cloudhv" in befores:
        print_exits()
        print(f"\nSeaBIOS's {befores['cloudhv']:,} instructions before the PVH entry are not in these figures.")


if __name__ == "__main__":
    main()
