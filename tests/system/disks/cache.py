# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What is built once: a directory under Build/ named by a hash of its recipe."""

import fcntl
import functools
import hashlib
import inspect
import os
import shutil
import sys
from pathlib import Path

from . import debian

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / "Build" / "disks"

RECIPES = {}


def recipe(*packages, uses=()):
    """Declare a function (out: Path) -> None that fills a directory.

    The directory is kept as long as the text of the function's module, the
    modules that every recipe uses, the packages' versions and the recipes
    that it builds upon stay the same. Calling the recipe returns the path.
    """

    def declare(fill):
        @functools.wraps(fill)
        def get():
            return _built(fill, _key(fill, packages, uses))

        get.key = functools.cache(lambda: _key(fill, packages, uses))
        RECIPES[fill.__name__] = get
        return get

    return declare


def _key(fill, packages, uses):
    digest = hashlib.sha256()
    here = Path(__file__).parent
    sources = {here / "layout.py", here / "initramfs.py", Path(inspect.getsourcefile(fill))}
    for source in sorted(sources):
        digest.update(source.read_bytes())
    for package in packages:
        digest.update(debian.deb(package).name.encode())
    for other in uses:
        digest.update(other.key().encode())
    return digest.hexdigest()[:16]


def _built(fill, key):
    CACHE.mkdir(parents=True, exist_ok=True)
    name = fill.__name__
    done = CACHE / f"{name}-{key}"
    # Two test processes may want the same disk at once: the second one waits.
    with open(CACHE / f".{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            print(f"disks: building {name}", file=sys.stderr, flush=True)
            for stale in CACHE.glob(f"{name}-*"):
                shutil.rmtree(stale)
            work = CACHE / f".{name}.work"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            fill(work)
            os.rename(work, done)
    return done
