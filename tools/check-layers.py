#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Checks that no file includes a header of a layer that it must not see (docs/architecture.md, "Layers").

Usage: check-layers.py SOURCE_ROOT [STAMP]. Prints each violation as file:line and exits with 1 when there is one.
`check-layers.py --self-test` plants violations and expects to find them.
"""

import os
import re
import sys
import tempfile

INCLUDE = re.compile(r'\s*#\s*include\s+([<"])([^>"]+)[>"]')
FREESTANDING = {"stdarg.h", "stdbool.h", "stddef.h", "stdint.h"}
EFI_BASE = ("efi/types.h", "efi/status.h", "efi/guid.h", "efi/memory.h")

LIB = ("efi/", "hw/", "lib/")
CORE = EFI_BASE + ("hw/", "lib/", "arch/", "core/")
UPPER = CORE  # storage, net and console see core's interfaces, and of arch nothing
RUNTIME_LIB = ("lib/ascii.h", "lib/assert.h", "lib/calendar.h", "lib/checked.h", "lib/crc32.h", "lib/macros.h",
               "lib/memory.h", "lib/reader.h", "lib/ucs2.h")

# Folder → prefixes of what its files may include. The longest matching folder counts.
ALLOWED = {
    "include": ("efi/", "hw/"),
    "src/lib": EFI_BASE + ("efi/protocol/device_path.h", "hw/", "lib/"),
    "src/arch": EFI_BASE + ("hw/", "lib/", "arch/"),
    "src/core": CORE,
    "src/platform": CORE + ("platform/",),
    "src/drivers": CORE + ("platform/machine.h", "drivers/"),
    "src/storage": EFI_BASE + ("hw/", "lib/", "core/", "storage/"),
    "src/console": EFI_BASE + ("hw/", "lib/", "core/", "console/"),
    "src/variable": EFI_BASE + ("hw/", "variable/") + RUNTIME_LIB,
    "src/runtime": ("efi/", "hw/", "runtime/", "variable/") + RUNTIME_LIB,
    "src/efi": ("efi/", "hw/", "lib/", "arch/", "core/", "platform/", "drivers/", "storage/", "console/",
                "variable/", "runtime/runtime.h"),
    "apps": ("efi/", "lib/"),
    "apps/selftest": ("efi/", "lib/", "hw/"),
    "apps/shell": ("efi/", "lib/", "hw/"),
    "src/main.c": ("efi/", "lib/", "arch/", "core/", "platform/", "drivers/", "runtime/runtime.h", "boot/boot.h"),
}


def rule_for(path):
    best = None
    for folder in ALLOWED:
        if (path == folder or path.startswith(folder + "/")) and (best is None or len(folder) > len(best)):
            best = folder
    return best


def permitted(path, rule, name, root):
    if name.startswith(ALLOWED[rule]):
        # src/efi's own headers share the prefix of include/efi; nobody below may see them.
        internal = name.startswith("efi/") and os.path.exists(os.path.join(root, "src", name))
        return not internal or rule in ("src/efi", "src/main.c")
    # An application sees its own headers, which are named from apps/.
    return path.startswith("apps/") and name.startswith(path.split("/")[1] + "/")


def check_file(root, path):
    rule = rule_for(path)
    with open(os.path.join(root, path), encoding="utf-8") as source:
        for number, line in enumerate(source, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            kind, name = match.groups()
            if kind == "<":
                ok = name in FREESTANDING
            else:
                ok = rule is not None and permitted(path, rule, name, root)
            if not ok:
                yield f"{path}:{number}: {rule or path} must not include {name}"


def sources(root):
    for top in ("include", "src", "apps"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h", ".S")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def check(root):
    return [problem for path in sources(root) for problem in check_file(root, path)]


def self_test():
    planted = {
        "src/lib/a.c": '#include "core/log.h"\n',
        "src/drivers/b.c": '#include "storage/partition.h"\n',
        "src/storage/c.c": '#include "efi/handle.h"\n',
        "src/runtime/d.c": '#include "core/pool.h"\n',
        "apps/boot/e.c": '#include "platform/machine.h"\n',
        "src/core/f.c": "#include <string.h>\n",
        "src/platform/g.c": '#include "drivers/driver.h"\n',
        "apps/shell/i.c": '#include "boot/boot.h"\n',
    }
    clean = {"apps/boot/j.c": '#include "boot/boot.h"\n', "src/efi/handle.h": '#include "lib/list.h"\n', "src/efi/h.c": '#include "efi/handle.h"\n'}
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**planted, **clean}.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as out:
                out.write(text)
        found = {problem.split(":")[0] for problem in check(root)}
    if found != set(planted):
        sys.exit(f"self-test: expected {sorted(planted)}, found {sorted(found)}")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    problems = check(sys.argv[1])
    if problems:
        sys.exit("\n".join(problems))
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w", encoding="utf-8"):
            pass


if __name__ == "__main__":
    main()
