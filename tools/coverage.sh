#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# tools/coverage.sh [PERCENT]: what the unit tests of tests/unit/drivers (and
# of PCI I/O and Serial I/O) and the fuzz targets of tests/fuzz/drivers reach of
# src/drivers, with a fixed number of executions (CLOUDHV_FUZZ_RUNS, 2000). Prints a line per file.
# Fails when less than PERCENT (90) of a file's lines are reached.
# clang's instrumentation: both kinds of program have the same counters.
set -euo pipefail
cd "$(dirname "$0")/.."

percent=${1-90}
runs=${CLOUDHV_FUZZ_RUNS-2000}
if [ $# -gt 1 ] || [[ ! $percent =~ ^[0-9]+$ ]]; then
	echo "usage: tools/coverage.sh [PERCENT]" >&2
	exit 2
fi

build=Build/coverage
flags='-fprofile-instr-generate -fcoverage-mapping'
mkdir -p $build
exec 9>$build/lock
flock 9
rm -rf $build/counts
mkdir $build/counts
export LLVM_PROFILE_FILE=/dev/null # programs that are part of the build

# programs TARGET REGEX: builds them; their paths come to be in `paths`.
programs() {
	local target=$1 names name log=$build/$1.log
	if [ ! -f "$build/$target/build.ninja" ]; then
		CC=clang meson setup "$build/$target" "-Dtarget=$target" "-Dc_args=$flags" \
			"-Dc_link_args=-fprofile-instr-generate" >"$log"
	fi
	ninja -C "$build/$target" build.ninja >"$log"
	names=$(ninja -C "$build/$target" -t targets all | sed -nE "s,^($2):.*,\1,p")
	if [ -z "$names" ]; then
		echo "tools/coverage.sh: no program like $2" >&2
		exit 1
	fi
	# shellcheck disable=SC2086 # a list of words
	if ! ninja -C "$build/$target" $names >"$log"; then
		tail -n 50 "$log" >&2
		exit 1
	fi
	paths=()
	for name in $names; do paths+=("$build/$target/$name"); done
}

# Which fuzz targets are those of drivers is told by where their sources are.
fuzzers=$(cd tests/fuzz/drivers && printf '%s\n' fuzz-*.c | sed 's/\.c$//' | paste -sd '|')
# PCI I/O is who sizes BARs that are set, Serial I/O who uses all of a UART.
programs host 'tests/unit/test-(drivers|efi-pci-io|console-serial-io)[a-z0-9-]*'
tests=("${paths[@]}")
programs fuzz "tests/fuzz/($fuzzers)"
targets=("${paths[@]}")

export CLOUDHV_SOURCE=$PWD
export ASAN_OPTIONS=quarantine_size_mb=4:thread_local_quarantine_size_kb=256 # as tests/fuzz/meson.build
run() {
	local program=$1 log
	shift
	log=$build/counts/${program##*/}
	if ! LLVM_PROFILE_FILE=$log.profraw "$program" "$@" >"$log.log" 2>&1; then
		tail -n 50 "$log.log" >&2
		echo "tools/coverage.sh: $program failed" >&2
		return 1
	fi
}
for program in "${tests[@]}"; do run "$program"; done
for program in "${targets[@]}"; do
	name=${program##*/fuzz-}
	mkdir "$build/counts/found-$name"
	run "$program" "-runs=$runs" -seed=1 -max_len=65536 -timeout=20 -verbosity=0 "$build/counts/found-$name" \
		"tests/fuzz/corpus/$name"
done

llvm-profdata merge -o $build/counts/all.profdata $build/counts/*.profraw
objects=()
for program in "${tests[@]:1}" "${targets[@]}"; do objects+=(-object "$program"); done
llvm-cov report "${tests[0]}" "${objects[@]}" -instr-profile=$build/counts/all.profdata src/drivers |
	awk -v percent="$percent" '
		!/src\/drivers\/[^ ]*\.c / { next }
		{ sub(/.*src\//, ""); name = $1; if (seen[name]++) next; count++ }
		{ printf "%-34s %4d lines %8s\n", name, $8, $10 }
		$10 + 0 < percent { bad = bad " " name }
		END { if (!count) bad = " nothing"; if (bad) { print "under " percent " %:" bad; exit 1 } }'
