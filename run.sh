#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# run.sh: boot a VM with this tree's firmware, by Cloud Hypervisor's own
# flags. The system tests start their VMs through it too (--dry-run), so that
# what a person sees here is what the tests see.
set -euo pipefail

root=$(cd "$(dirname "$0")" && pwd)

usage() {
	[ $# -eq 0 ] || echo "run.sh: $*" >&2
	cat >&2 <<-'TEXT'
	usage: ./run.sh [--cpus boot=N] [--memory size=S] [--disk path=F[,readonly=on][,pci_device_id=N][,device=D][,block_size=N]]…
	       [--net [tap=IF][,mac=M]]… [--serial tty|off] [--console tty|off] [--vmm qemu|cloud-hypervisor] [--machine q35|pc|microvm|microvm-mmio]
	       [-b DEBUG|RELEASE] [--no-disk] [--cmdline S] [--firmware cloudhv|ovmf|FILE] [--kernel F [--initramfs F]]
	       [--interactive|--dry-run] [-- ARGUMENT-OF-THE-VMM…]
	QEMU's disks are of device=virtio-blk, virtio-scsi, virtio-scsi-cd, nvme, sata or sata-cd.
	TEXT
	exit 2
}

die() {
	echo "run.sh: $*" >&2
	exit 1
}

# --- the command line ------------------------------------------------------

cpus=boot=1
memory=size=1G
disks=()
nets=()
serial=tty
console=off
vmm=
machine=q35
build=RELEASE
cmdline=
firmware=cloudhv
kernel=
initramfs=
mode=
extra=()
no_disk=         # not even the demo's
scsi_controller= # made already
sata_port=0      # the next one

# Cloud Hypervisor takes several values after one --disk or --net.
collect() {
	local -n into=$1
	shift
	taken=0
	while [ $# -gt 0 ] && [[ $1 != -* ]]; do
		into+=("$1")
		taken=$((taken + 1))
		shift
	done
	[ $taken -gt 0 ] || usage "a value is missing"
}

parse() {
	while [ $# -gt 0 ]; do
		local flag=$1
		shift
		case $flag in
		--disk) collect disks "$@"; shift $taken; continue ;;
		--net) collect nets "$@"; shift $taken; continue ;;
		--interactive | --dry-run) mode+=${flag#--}; continue ;;
		--no-disk) no_disk=yes; continue ;;
		--) extra=("$@"); return ;;
		--cpus | --memory | --serial | --console | --vmm | --machine | -b | --cmdline | --firmware | --kernel | --initramfs) ;;
		*) usage "unknown option $flag" ;;
		esac
		[ $# -gt 0 ] || usage "$flag: a value is missing"
		case $flag in
		--cpus) cpus=$1 ;;
		--memory) memory=$1 ;;
		--serial) serial=$1 ;;
		--console) console=$1 ;;
		--vmm) vmm=$1 ;;
		--machine) machine=$1 ;;
		-b) build=$1 ;;
		--cmdline) cmdline=$1 ;;
		--firmware) firmware=$1 ;;
		--kernel) kernel=$1 ;;
		--initramfs) initramfs=$1 ;;
		esac
		shift
	done
}

check() {
	[[ $cpus =~ ^boot=[1-9][0-9]*$ ]] || usage "--cpus: boot=N expected, not '$cpus'"
	[[ $memory =~ ^size=[1-9][0-9]*[KMGT]?$ ]] || usage "--memory: size=S expected, not '$memory'"
	[[ $serial-$console =~ ^(tty-off|off-tty|off-off)$ ]] || usage "--serial and --console: tty or off, not both tty"
	[[ $vmm =~ ^(|qemu|cloud-hypervisor)$ ]] || usage "--vmm: no '$vmm' here"
	[[ $machine =~ ^(q35|pc|microvm|microvm-mmio)$ ]] || usage "--machine: no '$machine' here"
	[[ $build =~ ^(DEBUG|RELEASE)$ ]] || usage "-b: DEBUG or RELEASE expected, not '$build'"
	[[ $mode =~ ^(|interactive|dry-run)$ ]] || usage "--interactive or --dry-run, not both"
	[ -z "$initramfs" ] || [ -n "$kernel" ] || usage "--initramfs goes with --kernel"
	local disk net
	for disk in "${disks[@]}"; do
		[[ ",$disk," =~ ,path=[^,]+, ]] || usage "--disk: path=F is missing in '$disk'"
		check_keys --disk "$disk" 'path|readonly|pci_device_id|device|block_size'
		[[ $(value device "$disk") =~ ^(|virtio-blk|virtio-scsi|virtio-scsi-cd|nvme|sata|sata-cd)$ ]] ||
			usage "--disk: no such device in '$disk'"
	done
	for net in "${nets[@]}"; do check_keys --net "$net" 'tap|mac'; done
}

check_keys() {
	local flag=$1 words=$2 known=$3 word list
	IFS=, read -ra list <<<"$words"
	for word in "${list[@]}"; do
		[[ $word =~ ^($known)(=|$) ]] || usage "$flag: unknown '$word'"
	done
}

# value KEY LIST: what KEY is in a list like "path=a,readonly=on".
value() {
	local word list
	IFS=, read -ra list <<<"$2"
	for word in "${list[@]}"; do
		if [[ $word == "$1="* ]]; then echo "${word#*=}"; fi
	done
}

# --- what the VM is made of ------------------------------------------------

# A /dev/kvm on a processor without these flags emulates guest instructions
# and is a hundred times slower than TCG.
kvm_is_usable() {
	[ -r /dev/kvm ] && [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo
}

choose_vmm() {
	[ -z "$vmm" ] || return 0
	vmm=qemu
	if command -v cloud-hypervisor >/dev/null && [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		vmm=cloud-hypervisor
	fi
}

firmware_file() {
	case $firmware in
	cloudhv) echo "$root/Build/CloudHvX64/${build}_GCC5/FV/CLOUDHV.fd" ;;
	ovmf) echo /usr/share/ovmf/OVMF.fd ;;
	*) echo "$firmware" ;;
	esac
}

build_is_stale() {
	local file=$1
	[ ! -f "$file" ] ||
		[ -n "$(find "$root"/src "$root"/include "$root"/apps "$root"/meson.build "$root"/build.sh \
			-newer "$file" -print -quit 2>/dev/null)" ]
}

prepare() {
	[ "$vmm" = cloud-hypervisor ] || "$root"/tools/packages.sh run
	if [ ${#disks[@]} -eq 0 ] && [ -z "$kernel$no_disk" ]; then
		# shellcheck disable=SC2086 # one word or none
		"$root"/tools/demo-disk.sh ${demo_variant}
	fi
	if [ -z "$kernel" ] && [ "$firmware" = cloudhv ] && build_is_stale "$(firmware_file)"; then
		"$root"/tools/packages.sh build
		"$root"/build.sh -a X64 -b "$build" >&2
	fi
}

qemu_disk() {
	local number=$1 words=$2 path format=raw only=
	path=$(value path "$words")
	if [ "$(head -c 3 "$path" 2>/dev/null | tr -d '\0')" = QFI ]; then format=qcow2; fi
	if [ "$(value readonly "$words")" = on ]; then only=,readonly=on; fi
	command+=(-drive "if=none,id=disk$number,format=$format,file=${path//,/,,}$only")
	local slot size device
	slot=$(value pci_device_id "$words")
	size=$(value block_size "$words")
	size=${size:+,logical_block_size=$size,physical_block_size=$size}
	case $(value device "$words") in
	virtio-scsi) qemu_scsi_controller; device=scsi-hd,bus=scsi.0 ;;
	virtio-scsi-cd) qemu_scsi_controller; device=scsi-cd,bus=scsi.0 ;;
	nvme) device=nvme,serial=disk$number,addr=$(printf 0x%x "${slot:-$((number + 3))}") ;;
	sata) device=ide-hd,bus=ide.$((sata_port++)) ;;
	sata-cd) device=ide-cd,bus=ide.$((sata_port++)) ;;
	*)
		device=virtio-blk-device
		if [ "$machine" != microvm-mmio ]; then
			device=virtio-blk-pci,disable-legacy=on,addr=$(printf 0x%x "${slot:-$((number + 3))}")
		fi
		;;
	esac
	command+=(-device "$device,drive=disk$number$size")
}

# One for all disks.
qemu_scsi_controller() {
	if [ -z "$scsi_controller" ]; then command+=(-device virtio-scsi-pci,disable-legacy=on,id=scsi); fi
	scsi_controller=yes
}

qemu_net() {
	local number=$1 words=$2 backend=user device mac
	device=$(value tap "$words")
	mac=$(value mac "$words")
	if [ -n "$device" ]; then backend="tap,ifname=$device,script=no,downscript=no"; fi
	if [ "$machine" = microvm-mmio ]; then
		command+=(-netdev "$backend,id=net$number" -device "virtio-net-device,netdev=net$number${mac:+,mac=$mac}")
		return
	fi
	command+=(
		-netdev "$backend,id=net$number"
		-device "virtio-net-pci,disable-legacy=on,netdev=net$number${mac:+,mac=$mac}"
	)
}

# The terminal is at the UART or at the virtio-console. Ctrl-C is for the guest; a person leaves by Ctrl-A x.
qemu_consoles() {
	local controller=virtio-serial-pci,disable-legacy=on
	if [ "$machine" = microvm-mmio ]; then controller=virtio-serial-device; fi
	if [ "$mode" = interactive ]; then
		command+=(-chardev stdio,id=tty,signal=off,mux=on -mon chardev=tty)
	else
		command+=(-chardev stdio,id=tty,signal=off)
	fi
	if [ "$serial" = tty ]; then command+=(-serial chardev:tty); fi
	if [ "$console" = tty ]; then command+=(-device "$controller" -device virtconsole,chardev=tty); fi
}

qemu_payload() {
	if [ -n "$kernel" ]; then
		command+=(-kernel "$kernel")
		if [ -n "$initramfs" ]; then command+=(-initrd "$initramfs"); fi
	elif [ "$firmware" = ovmf ]; then
		# The firmware's variables last as long as the VM.
		command+=(-bios "$(firmware_file)")
	else
		command+=(-kernel "$(firmware_file)")
	fi
	if [ -n "$cmdline" ]; then command+=(-append "$cmdline"); fi
}

qemu_command() {
	local type=$machine number
	case $machine in
	microvm) type=microvm,pcie=on,acpi=on ;;
	# Nothing but virtio devices over MMIO, as on Firecracker.
	microvm-mmio) type=microvm,pcie=off,acpi=on ;;
	esac
	command=(qemu-system-x86_64 -nodefaults -no-user-config -display none -vga none -M "$type")
	if kvm_is_usable; then command+=(-accel kvm -cpu host); else command+=(-accel tcg -cpu max); fi
	# Plain numbers are bytes to Cloud Hypervisor, MiB to QEMU.
	local size=${memory#size=}
	if [[ $size =~ [0-9]$ ]]; then size+=B; fi
	command+=(-smp "${cpus#boot=}" -m "$size")
	qemu_consoles
	qemu_payload
	for number in "${!disks[@]}"; do qemu_disk "$number" "${disks[number]}"; done
	for number in "${!nets[@]}"; do qemu_net "$number" "${nets[number]}"; done
	command+=("${extra[@]}")
}

cloud_hypervisor_command() {
	local item
	[ "$firmware" != ovmf ] || die "Debian's ovmf is for QEMU"
	command=(cloud-hypervisor --kernel "${kernel:-$(firmware_file)}" --cpus "$cpus" --memory "$memory")
	command+=(--serial "$serial" --console "$console")
	if [ -n "$initramfs" ]; then command+=(--initramfs "$initramfs"); fi
	if [ -n "$cmdline" ]; then command+=(--cmdline "$cmdline"); fi
	for item in "${disks[@]}"; do
		[[ ! ",$item," =~ ,(device|block_size)= ]] || die "--disk: device and block_size are for QEMU"
		command+=(--disk "$item")
	done
	for item in "${nets[@]}"; do command+=(--net "$item"); done
	command+=("${extra[@]}")
}

parse "$@"
check
choose_vmm
demo_variant=
if [[ $vmm-$machine == qemu-microvm* ]]; then demo_variant=microvm; fi
if [ -z "$mode" ] && [ -t 0 ]; then mode=interactive; fi
if [ "$mode" != dry-run ]; then prepare; fi
if [ ${#disks[@]} -eq 0 ] && [ -z "$kernel$no_disk" ]; then
	disks=("path=$root/Build/demo${demo_variant:+-$demo_variant}.img")
fi
if [ "$vmm" = qemu ]; then qemu_command; else cloud_hypervisor_command; fi

if [ "$mode" = dry-run ]; then
	echo "${command[*]@Q}"
	exit
fi
if [ "$mode" = interactive ] && [ "$vmm" = qemu ]; then echo "run.sh: Ctrl-A x leaves the VM" >&2; fi
exec "${command[@]}"
