# SPDX-License-Identifier: BSD-2-Clause-Patent
"""python3 tests/system/disks [NAME…]: build disks and print where they are; without a name, list them."""

import os
import sys

if __package__ in (None, ""):
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from disks import bad, installed, loaders, lvm, media, network  # noqa: E402, F401 pylint: disable=wrong-import-position
from disks.cache import RECIPES  # noqa: E402 pylint: disable=wrong-import-position


def main(names):
    if not names:
        print("\n".join(RECIPES))
    for name in names:
        if name not in RECIPES:
            sys.exit(f"disks: no recipe '{name}'; there are: {' '.join(RECIPES)}")
        print(RECIPES[name]())


main(sys.argv[1:])
