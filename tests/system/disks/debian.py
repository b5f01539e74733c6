# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Debian packages, fetched as they are by apt-get and unpacked, not installed."""

import fcntl
import functools
import os
import shutil
import subprocess
import sys
import tempfile
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


# The suite that has what this one does not.
NEWER_SUITE = "trixie"


@functools.cache
def newer(package):
    """A directory with the files of a package of the next suite, which this machine need not use."""
    DEBS.mkdir(parents=True, exist_ok=True)
    with open(DEBS / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list(DEBS.glob(f"{package}_*.deb")):
            _download_newer(package)
    return unpacked(package)


def _download_newer(package):
    """The archive is the one that this machine's own suite comes from, asked for another suite this once."""
    listing = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT)", "Created-By: Packages"]
    targets = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.splitlines()
    [archive, *_] = [line.split()[0] for line in targets if line.endswith("/debian/ main")]
    with tempfile.TemporaryDirectory() as place:
        sources = Path(place) / "sources.list"
        sources.write_text(f"deb [arch=amd64] {archive} {NEWER_SUITE} main\n")
        for directory in ("lists/partial", "cache/archives/partial"):
            (Path(place) / directory).mkdir(parents=True)
        options = [
            f"Dir::Etc::sourcelist={sources}", "Dir::Etc::sourceparts=/dev/null", f"Dir::State::lists={place}/lists",
            f"Dir::Cache={place}/cache", "Acquire::Languages=none", "APT::Sandbox::User=root",
        ]
        apt = ["apt-get", "-q", *(word for option in options for word in ("-o", option))]
        for command in (["update"], ["download", package]):
            result = subprocess.run([*apt, *command], cwd=DEBS, capture_output=True, text=True)
            if result.returncode != 0:
                raise RuntimeError(f"apt-get {' '.join(command)} of {NEWER_SUITE}: {result.stderr.strip()}")


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
