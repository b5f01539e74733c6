#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# tools/demo-disk.sh [microvm]: make Build/demo.img (or demo-microvm.img, for
# a machine that has no clock but the TSC), a disk that boots to a busybox
# prompt: systemd-boot, Debian's cloud kernel and an initramfs, from Debian's
# packages. An image that is there and of this recipe is kept, with what was
# written to it.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
variant=${1:+-$1}
image=$root/Build/demo$variant.img
stamp=$root/Build/.demo$variant-of
made=$(/usr/bin/python3 "$root/tests/system/disks" "systemd_boot${1:+_$1}")

if [ ! -f "$image" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$made" ]; then
	cp --sparse=always "$made/disk.img" "$image"
	echo "$made" >"$stamp"
fi
