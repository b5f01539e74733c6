#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# tools/demo-disk.sh: make Build/demo.img, a disk that boots to a busybox
# prompt: systemd-boot, Debian's cloud kernel and an initramfs, from Debian's
# packages. An image that is there and of this recipe is kept, with what was
# written to it.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
made=$(/usr/bin/python3 "$root/tests/system/disks" systemd_boot)
stamp=$root/Build/.demo-of

if [ ! -f "$root/Build/demo.img" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$made" ]; then
	cp --sparse=always "$made/disk.img" "$root/Build/demo.img"
	echo "$made" >"$stamp"
fi
