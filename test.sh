#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# test.sh: every test, in rings, from the quickest to the slowest. A ring that
# fails does not keep the next from running. --long fuzzes each parser for
# longer than the fixed number of executions, and measures what tests reach of
# the drivers. Ends with one line of totals.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
	echo "usage: ./test.sh [--long [SECONDS-PER-FUZZER]]" >&2
	exit 2
}

long=0
case ${1-} in
'') ;;
--long) long=${2-600} ;;
*) usage ;;
esac
if [ $# -gt 2 ] || [[ ! $long =~ ^[0-9]+$ ]]; then usage; fi

passed=0
failed=0
skipped=0

add() {
	passed=$((passed + $1))
	failed=$((failed + $2))
	skipped=$((skipped + $3))
}

# What begins now, and how long the step before it took: SECONDS counts from the start of this script.
step=
step_began=0
step_times=

end_step() {
	if [ -n "$step" ]; then step_times+=$(printf '%6d s  %s' $((SECONDS - step_began)) "$step")$'\n'; fi
	step=
}

heading() {
	end_step
	step=$*
	step_began=$SECONDS
	printf '\n== %s (after %d s)\n' "$step" "$SECONDS"
}

# number_of REGEX FILE: the last number that the regular expression's group finds.
number_of() {
	local found
	found=$(sed -nE "s/$1/\1/p" "$2" | tail -1)
	echo "${found:-0}"
}

# one NAME COMMAND…: a test that is a command.
one() {
	local name=$1
	shift
	if "$@"; then add 1 0 0; else
		echo "FAILED: $name"
		add 0 1 0
	fi
}

# A ring that died before it could count is one failure.
add_ring() {
	local name=$1 status=$2 good=$3 bad=$4 left=$5
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
		echo "FAILED: $name ended with status $status"
		bad=1
	fi
	if [ "$status" -eq 0 ] && [ "$good" -eq 0 ]; then
		echo "FAILED: $name has run no test"
		bad=1
	fi
	add "$good" "$bad" "$left"
}

build() {
	./build.sh -a X64 -b DEBUG && ./build.sh -a X64 -b RELEASE && ./build.sh -a X64 -b RELEASE -t CLANG
}

# Two builds of one tree are the same bytes.
build_again() {
	local fd=Build/CloudHvX64/RELEASE_GCC5/FV/CLOUDHV.fd
	cp "$fd" Build/first.fd && rm -rf Build/CloudHvX64/RELEASE_GCC5 &&
		./build.sh -a X64 -b RELEASE && cmp Build/first.fd "$fd"
}

# slowest LOG: the five tests of meson's log that took longest.
slowest() {
	sed -nE 's/^ *[0-9]+\/[0-9]+ +(.*[^ ]) +[A-Z]+ +([0-9.]+)s.*/\2 s \1/p' "$1" | sort -rn | head -n 5 || true
}

# meson_ring TARGET OPTIONS…: set up Build/TARGET and run its tests.
meson_ring() {
	local target=$1 status=0 log=Build/$1.test.log
	shift
	if [ ! -f "Build/$target/build.ninja" ]; then
		"$@" meson setup "Build/$target" "-Dtarget=$target" >"$log" 2>&1 || status=$?
	fi
	if [ $status -eq 0 ]; then
		meson test -C "Build/$target" --print-errorlogs >"$log" 2>&1 || status=$?
	fi
	if [ $status -ne 0 ]; then tail -n 200 "$log"; fi
	slowest "$log"
	grep -E '^(Ok|Fail|Timeout|Skipped|Expected Fail):' "$log" || true
	local bad
	bad=$(($(number_of '^Fail: +([0-9]+).*' "$log") + $(number_of '^Timeout: +([0-9]+).*' "$log")))
	add_ring "meson test $target" $status "$(number_of '^Ok: +([0-9]+).*' "$log")" $bad \
		"$(number_of '^Skipped: +([0-9]+).*' "$log")"
}

# What is found is kept under Build/, not beside the seeds.
fuzz_long() {
	local program name
	for program in Build/fuzz/tests/fuzz/fuzz-*; do
		if [ ! -x "$program" ] || [ ! -f "$program" ]; then continue; fi
		name=${program##*/fuzz-}
		mkdir -p "Build/fuzz/found/$name"
		heading "fuzzing $name for $long seconds"
		one "fuzz-$name" env CLOUDHV_SOURCE="$PWD" "$program" "-max_total_time=$long" -max_len=65536 -timeout=20 \
			-verbosity=0 -print_final_stats=1 "-artifact_prefix=Build/fuzz/found/$name-" \
			"Build/fuzz/found/$name" "tests/fuzz/corpus/$name"
	done
}

# Two VMs at a time: with four of them on two processors Linux misses its timer's interrupts and panics. Each process
# takes one test after the other, those that take longest first.
system_ring() {
	local status=0 log=Build/system.test.log
	/usr/bin/python3 -m pytest -q -p no:cacheprovider -n 2 --dist loadgroup -rs --durations=15 tests/system >"$log" 2>&1 || status=$?
	if [ $status -eq 0 ]; then tail -n 40 "$log"; else cat "$log"; fi
	local bad
	bad=$(($(number_of '.*\b([0-9]+) failed.*' "$log") + $(number_of '.*\b([0-9]+) errors?\b.*' "$log")))
	add_ring "system tests" $status "$(number_of '.*\b([0-9]+) passed.*' "$log")" $bad \
		"$(number_of '.*\b([0-9]+) skipped.*' "$log")"
}

heading "packages"
tools/packages.sh build run test
mkdir -p Build

heading "build: DEBUG, RELEASE, CLANG (the layer check is part of it)"
one build build
one "two builds are identical" build_again
heading "unit tests"
meson_ring host
heading "fuzz targets, a fixed number of executions each"
meson_ring fuzz env CC=clang
if [ "$long" -gt 0 ]; then
	fuzz_long
	heading "coverage of the drivers"
	one "90 % of each driver's lines" tools/coverage.sh
fi
heading "system tests"
system_ring
heading "figures (limits: docs/architecture.md, section 9)"
one "bench report" /usr/bin/python3 tests/bench/report.py

end_step
printf '\n== time\n%s%6d s  all\n' "$step_times" "$SECONDS"
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
