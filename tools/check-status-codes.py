#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Checks apps/selftest/status_codes.txt: every service and every function of PROTOCOLS is in it, and every row names a
test that exists, or a reason.

Usage: check-status-codes.py SOURCE_ROOT. `check-status-codes.py --self-test` plants mistakes and expects to find them.
tests/system/test_selftest.py checks that the tests of apps/selftest that it names have run.
"""

import os
import re
import sys

TABLE = "apps/selftest/status_codes.txt"
SERVICES = ("include/efi/boot_services.h", "include/efi/runtime_services.h")
# Headers of protocols, and the names that the table has for them; a header's functions are in it under one of these.
PROTOCOLS = {
    "acpi_table.h": ["AcpiTable"],
    "block_io.h": ["BlockIo", "BlockIo2"],
    "boot_manager_policy.h": ["BootManagerPolicy"],
    "decompress.h": ["Decompress"],
    "device_path_from_text.h": ["DevicePathFromText"],
    "device_path_to_text.h": ["DevicePathToText"],
    "device_path_utilities.h": ["DevicePathUtilities"],
    "disk_io.h": ["DiskIo", "DiskIo2"],
    "erase_block.h": ["EraseBlock"],
    "hii_config_routing.h": ["HiiConfigRouting"],
    "hii_database.h": ["HiiDatabase"],
    "hii_font.h": ["HiiFont"],
    "hii_string.h": ["HiiString"],
    "memory_attribute.h": ["MemoryAttribute"],
    "mp_services.h": ["MpServices"],
    "pci_io.h": ["PciIo"],
    "pci_root_bridge_io.h": ["PciRootBridgeIo"],
    "ram_disk.h": ["RamDisk"],
    "reset_notification.h": ["ResetNotification"],
    "rng.h": ["Rng"],
    "serial_io.h": ["SerialIo"],
    "simple_file_system.h": ["SimpleFileSystem", "File"],
    "simple_network.h": ["SimpleNetwork"],
    "simple_text_in.h": ["SimpleTextInput"],
    "simple_text_in_ex.h": ["SimpleTextInputEx"],
    "simple_text_out.h": ["SimpleTextOutput"],
    "smbios.h": ["Smbios"],
    "timestamp.h": ["Timestamp"],
    "unicode_collation.h": ["UnicodeCollation"],
}
STATUS = re.compile(r"#define (EFI_[A-Z0-9_]+)\s+(?:EFI_ERROR_CODE|\(\(EFI_STATUS\))")
TOPIC = re.compile(r'TOPIC\("([a-z0-9-]+)", (\w+)\)')
SERVICE = re.compile(r"\(EFIAPI \*(\w+)\)")


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


class Row:
    def __init__(self, number, words):
        self.number = number
        self.service, self.status, self.condition, self.evidence = words

    @property
    def selftest(self):
        """The test of apps/selftest that it names, or None."""
        kind, _, name = self.evidence.partition(" ")
        return name if kind == "selftest" else None


def rows(text):
    """The table's rows, and problems with its lines."""
    found, problems = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = [word.strip() for word in line.split("|")]
        if len(words) != 4:
            problems.append(f"{TABLE}:{number}: four columns expected: {line}")
        else:
            found.append(Row(number, words))
    return found, problems


def services(root):
    """The functions of the tables of boot and runtime services."""
    names = []
    for path in SERVICES:
        text = read(root, path)
        body = text[text.index("typedef struct EFI_"):]
        names += SERVICE.findall(body)
    return names


def protocol_functions(root):
    """(names of the protocol, function) of PROTOCOLS; types of callbacks are none."""
    found = []
    for header, names in PROTOCOLS.items():
        functions = SERVICE.findall(read(root, f"include/efi/protocol/{header}"))
        found += [(names, function) for function in functions if not function.startswith("EFI_")]
    return found


def statuses(root):
    return set(STATUS.findall(read(root, "include/efi/status.h"))) | {"EFI_SUCCESS"}


def selftests(root):
    """{TOPIC.TEST: the text of its file}"""
    found = {}
    folder = os.path.join(root, "apps", "selftest")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".c"):
            continue
        text = read(root, f"apps/selftest/{name}")
        tables = dict(re.findall(r"struct selftest (\w+)\[\] = \{\n(.*?)\n\};", text, re.S))
        for topic, table in TOPIC.findall(text):
            for test in re.findall(r'\{"([a-z0-9-]+)", \w+\}', tables.get(table, "")):
                found[f"{topic}.{test}"] = text
    return found


def problem_of_evidence(root, row, tests):
    kind, _, rest = row.evidence.partition(" ")
    words = rest.split()
    if kind == "-":
        return None if len(words) >= 3 else "no reason"
    if kind == "selftest":
        if rest not in tests:
            return f"apps/selftest has no test '{rest}'"
        for word in (row.service.rpartition(".")[2], row.status):
            if word != "none" and not re.search(rf"\b{word}\b", tests[rest]):
                return f"the file of {rest} says nothing of {word}"
        return None
    if kind in ("unit", "system") and len(words) == 2:
        folder, _, name = words[0].rpartition("/")
        path = f"tests/unit/{folder}/test-{name}.c" if kind == "unit" else f"tests/system/{name}.py"
        if not os.path.exists(os.path.join(root, path)):
            return f"no {path}"
        return None if re.search(rf"\b{words[1]}\(", read(root, path)) else f"{path} has no {words[1]}()"
    return "neither a test nor a reason"


def check(root, text):
    found, problems = rows(text)
    tests, known = selftests(root), statuses(root)
    for row in found:
        problem = problem_of_evidence(root, row, tests)
        if row.status != "none" and row.status not in known:
            problem = f"unknown status code {row.status}"
        if problem:
            problems.append(f"{TABLE}:{row.number}: {row.service}, {row.status}: {problem}")
    listed = {row.service for row in found}  # a protocol's functions are PROTOCOL.FUNCTION
    problems += [f"{TABLE}: {name} is missing" for name in services(root) if name not in listed]
    for names, function in protocol_functions(root):
        if not any(f"{name}.{function}" in listed for name in names):
            problems.append(f"{TABLE}: {names[0]}.{function} is missing")
    return problems


def self_test(root):
    good = read(root, TABLE)
    planted = {
        "Stall | EFI_SUCCESS | |": "neither a test nor a reason",
        "Stall | EFI_SUCCESS | | - no": "no reason",
        "Stall | EFI_SUCCESS | selftest timer.stall": "four columns",
        "Stall | EFI_SUCCESS | | selftest timer.nowhere": "no test 'timer.nowhere'",
        "Stall | EFI_ICMP_ERROR | | selftest timer.stall": "says nothing of EFI_ICMP_ERROR",
        "Stall | EFI_NONSENSE | | - a reason, but no status": "unknown status code",
        "Stall | EFI_SUCCESS | | unit efi/nowhere test_it": "no tests/unit/efi/test-nowhere.c",
        "Stall | EFI_SUCCESS | | unit efi/timer test_nowhere": "has no test_nowhere()",
    }
    for line, expected in planted.items():
        found = check(root, f"{good}\n{line}\n")
        if len(found) != 1 or expected not in found[0]:
            sys.exit(f"self-test: {line}: expected '{expected}', found {found}")
    without = "\n".join(line for line in good.splitlines() if not line.startswith("Stall "))
    if check(root, without) != [f"{TABLE}: Stall is missing"]:
        sys.exit("self-test: a missing service is not found")
    without = "\n".join(line for line in good.splitlines() if not line.startswith("Rng.GetRNG "))
    if check(root, without) != [f"{TABLE}: Rng.GetRNG is missing"]:
        sys.exit("self-test: a missing function of a protocol is not found")


def main():
    root = sys.argv[-1]
    if sys.argv[1] == "--self-test":
        self_test(root)
        return
    problems = check(root, read(root, TABLE))
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
