# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A directory of the host, shared by virtiofsd, as a disk that boots."""

import re
import shutil
import subprocess
import time

import pytest

import guests
from disks import debian, initramfs, layout, loaders
from vm import Spec, plain

VIRTIOFSD = "/usr/lib/qemu/virtiofsd"
TAG = "host directory"


@pytest.fixture
def share(tmp_path):
    """share() -> (directory, arguments of QEMU); virtiofsd serves it while the test runs."""
    started = []
    directory = tmp_path / "shared"
    directory.mkdir()

    def begin(memory="256M"):
        socket = tmp_path / "virtiofsd.socket"
        log = open(tmp_path / "virtiofsd.log", "w", encoding="utf-8")
        # "chroot": a container has no namespaces to give.
        command = [VIRTIOFSD, f"--socket-path={socket}", "-o", f"source={directory},sandbox=chroot,cache=none", "-f"]
        started.append(subprocess.Popen(command, stdout=log, stderr=log))
        deadline = time.monotonic() + 30
        while not socket.exists():
            assert started[-1].poll() is None and time.monotonic() < deadline, (tmp_path / "virtiofsd.log").read_text()
            time.sleep(0.01)
        return directory, [
            "-object", f"memory-backend-memfd,id=ram,size={memory},share=on", "-machine", "memory-backend=ram",
            "-chardev", f"socket,id=fs0,path={socket}",
            "-device", f"vhost-user-fs-pci,chardev=fs0,tag={TAG},queue-size=1024",
        ]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def put(directory, name, source):
    target = directory / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def test_kernel_boots_from_a_directory(start, share, tmp_path):
    """The boot manager finds \\EFI\\BOOT\\BOOTX64.EFI there, and the kernel's own loader its initrd."""
    directory, arguments = share()
    # As distributions have it: the usual names are links, in the directory of the file or from the root.
    put(directory, "boot/vmlinuz-1", debian.kernel()[0])
    (directory / "vmlinuz").symlink_to("boot/vmlinuz-1")
    (directory / "EFI" / "BOOT").mkdir(parents=True)
    (directory / "EFI" / "BOOT" / "BOOTX64.EFI").symlink_to("../../vmlinuz")
    (directory / "initrd.img").symlink_to("/boot/initrd-1")
    # The OS mounts the same directory: the server is left as it was found.
    modules = [debian.kernel()[1] / "kernel/fs/fuse" / name for name in ("fuse.ko", "virtiofs.ko")]
    initramfs.write(directory / "boot" / "initrd-1", extra=[(module.name, module) for module in modules])
    options = f'cloudhv.options="{loaders.console_of("q35")} initrd=\\initrd.img"'
    spec = Spec(["path=" + str(empty_disk(tmp_path))], cmdline=options, extra=arguments)
    vm = start(spec)
    vm.expect_prompt()
    vm.run("test -d /sys/firmware/efi")
    vm.run("insmod /fuse.ko && insmod /virtiofs.ko")
    vm.run(f"mount -t virtiofs '{TAG}' /mnt && test -e /mnt/EFI/BOOT/BOOTX64.EFI && echo hello > /mnt/greeting")
    assert (directory / "greeting").read_text() == "hello\n"


def empty_disk(tmp_path):
    image = tmp_path / "empty.img"
    layout.empty(image, 1 << 20)
    return image


def test_files(start, share, tmp_path):
    """A program reads, writes, renames and deletes, and the host sees it."""
    directory, arguments = share()
    put(directory, "EFI/BOOT/BOOTX64.EFI", guests.program("file-protocol"))
    (directory / "read-me.txt").write_bytes(bytes(range(256)) * 8192)
    (directory / "gone").write_text("x")
    (directory / "full").mkdir()
    (directory / "full" / "inside").write_text("x")
    (directory / "a link").symlink_to("read-me.txt")
    (directory / "dangling").symlink_to("nothing")
    (directory / "outside").symlink_to("../pmem.img")
    text = plain(start(Spec(["path=" + str(empty_disk(tmp_path))], extra=arguments)).wait_end())
    said = re.findall(r"files: (.*)", text)
    assert "done" in said, text
    assert [line for line in said if "failed" in line] == ["open above the root failed e"], text
    assert f"label {TAG}" in said
    assert {line for line in said if line.startswith("entry ")} == {
        "entry EFI", "entry read-me.txt", "entry gone", "entry full", "entry a link"}
    # "is": a difference of megabytes is nothing that pytest should print.
    made = (directory / "made" / "renamed.bin").read_bytes()
    assert (made == bytes(i * 7 & 255 for i in range(3 << 20))) is True
    assert not (directory / "gone").exists()
    assert (directory / "full" / "inside").exists()
    assert (directory / "made" / "renamed.bin").stat().st_mtime == 1000000000
