#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# tools/packages.sh GROUP…: install what a group of tools needs and this
# machine lacks, through apt, and say what. Groups: build, run, test.
set -eu

usage() {
	echo "usage: tools/packages.sh build|run|test …" >&2
	exit 2
}

packages_of() {
	case $1 in
	build) echo gcc libc6-dev binutils meson ninja-build python3 ;;
	# The demo disk is made of Debian packages by these.
	run) echo qemu-system-x86 python3 mtools dosfstools gdisk cpio gzip binutils ca-certificates ;;
	# libdevmapper: grub-mkimage wants it.
	test) echo clang lld llvm clang-format libcmocka-dev libclang-rt-dev pkg-config python3-pytest \
		python3-pexpect python3-pytest-xdist ovmf qemu-utils e2fsprogs \
		fdisk xorriso mmdebstrap genext2fs libdevmapper1.02.1 tmux ;;
	*) usage ;;
	esac
}

is_installed() {
	dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

[ $# -gt 0 ] || usage
missing=
for group in "$@"; do
	for package in $(packages_of "$group"); do
		is_installed "$package" || missing="$missing $package"
	done
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "tools/packages.sh: no apt-get here; please install:$missing" >&2
	exit 1
fi
echo "tools/packages.sh: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# Standard output belongs to the caller (a dry run's command, a test's report).
as_root apt-get -q update >&2
# shellcheck disable=SC2086 # a list of words
as_root apt-get -q -y --no-install-recommends install $missing >&2
