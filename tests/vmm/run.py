#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Runs tests/vmm's bench once, with this terminal as the machine's.

Usage: run.py FLAG…: Cloud Hypervisor's flags, and --bench. bench.py tells where it runs. The exit status is the bench's.
"""

import subprocess
import sys

import bench
import nested


def run_in_qemu(words):
    """--bench is taken apart: what it writes comes back."""
    own, flags, outputs, timeout = [], [], {}, bench.PATIENCE
    previous = ""
    for word in words:
        if previous == "--bench":
            own += word.split(",")
        elif word != "--bench":
            flags.append(word)
        previous = word
    for item in own[:]:
        key, _, value = item.partition("=")
        if key in bench.OUTPUTS or key == "timeout":
            own.remove(item)
            outputs[key] = value
    timeout = int(outputs.pop("timeout", timeout))
    result = nested.run_on_terminal(bench.Run(flags, own, timeout))
    texts = {"report": "".join(f"{key}: {value}\n" for key, value in result.report.items()),
             "debug-log": result.debug, "state": result.state}
    for key, path in outputs.items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(texts[key])
    if "report" not in outputs:
        sys.stderr.write(texts["report"])
    return result.status


def main():
    words = sys.argv[1:]
    if not words or words[0] in ("-h", "--help"):
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    if bench.real() or bench.kvm_is_usable():
        program = bench.real() or bench.binary()
        sys.exit(subprocess.run([program, *words], env=bench.environment(), check=False).returncode)
    sys.exit(run_in_qemu(words))


if __name__ == "__main__":
    main()
