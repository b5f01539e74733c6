#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# Builds the firmware. Options and output paths are those that users of edk2's CloudHv know.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
    echo "usage: ./build.sh [-a X64] [-b DEBUG|RELEASE] [-t GCC5|CLANG]" >&2
    exit 2
}

target=DEBUG
toolchain=GCC5
while getopts a:b:t: option; do
    case $option in
    a) [ "$OPTARG" = X64 ] || usage ;;
    b) target=$OPTARG ;;
    t) toolchain=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || usage
case $target in DEBUG) debug_log=true ;; RELEASE) debug_log=false ;; *) usage ;; esac
case $toolchain in GCC5) cc=gcc ;; CLANG) cc=clang ;; *) usage ;; esac

tools/packages.sh build

out=Build/CloudHvX64/${target}_${toolchain}
work=$out/meson
mkdir -p "$out/FV"
if [ ! -f "$work/build.ninja" ]; then
    CC=$cc meson setup "$work" -Dtarget=firmware -Ddebug_log=$debug_log --optimization=2 --debug \
        >"$out/setup.log" 2>&1 || { cat "$out/setup.log" >&2; exit 1; }
fi
ninja -C "$work" --quiet

cp "$work/src/firmware/CLOUDHV.fd" "$work/src/firmware/CLOUDHV.elf" \
    "$work/apps/shell/Shell.efi" tools/cloudhv.gdb "$out/FV/"
for file in CLOUDHV.fd Shell.efi; do
    echo "$out/FV/$file: $(stat -c %s "$out/FV/$file") bytes"
done
