# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Debian packages, fetched as they are by apt-get and unpacked, not installed."""

import fcntl
import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

DEBS = Path(__file__).resolve().parents[3] / "Build" / "debs"


@functools.cache
def deb(package):
    """The package's file, from the cache or else from the archive."""
    DEBS.mkdir(parents=True, exist_ok=True)
    with open(DEBS / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = sorted(DEBS.glob(f"{package}_*.deb"))
        if not found:
            _download(package)
            found = sorted(DEBS.glob(f"{package}_*.deb"))
    return found[-1]


def _download(package):
    command = ["apt-get", "-q", "download", package]
    result = subprocess.run(command, cwd=DEBS, capture_output=True, text=True)
    if result.returncode != 0:
        _update()
        result = subprocess.run(command, cwd=DEBS, capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip()}")


def _update():
    """The lists are absent, or so old that what they name is gone."""
    print("disks: apt-get update", file=sys.stderr, flush=True)
    command = ["apt-get", "-q", "update"]
    subprocess.run(command if os.getuid() == 0 else ["sudo", *command], check=True, stdout=sys.stderr)


@functools.cache
def unpacked(package):
    """A directory with the package's files."""
    source = deb(package)
    target = DEBS / source.stem
    with open(DEBS / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            work = DEBS / f"{source.stem}.work"
            shutil.rmtree(work, ignore_errors=True)
            subprocess.run(["dpkg-deb", "-x", source, work], check=True)
            work.rename(target)
    return target


@functools.cache
def kernel_package():
    """The package that Debian's current cloud kernel is in."""
    kept = sorted(DEBS.glob("linux-image-*-cloud-amd64_*.deb"))
    if kept:
        return kept[-1].name.split("_")[0]
    text = subprocess.run(
        ["apt-cache", "depends", "linux-image-cloud-amd64"], check=True, capture_output=True, text=True
    ).stdout
    for line in text.splitlines():
        kind, _, name = line.strip().partition(": ")
        if kind == "Depends" and name.startswith("linux-image-"):
            return name
    raise RuntimeError("linux-image-cloud-amd64 depends on no kernel (has apt-get update run?)")


def kernel():
    """(kernel image, modules directory)"""
    package = kernel_package()
    version = package.removeprefix("linux-image-")
    tree = unpacked(package)
    return tree / "boot" / f"vmlinuz-{version}", tree / "lib" / "modules" / version
