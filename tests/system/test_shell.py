# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Shell.efi as a program on a disk, on this firmware and on Debian's."""

import re

import pytest

import guests
from shell import CTRL_C, PROMPT, Shell, disk
from vm import plain


@pytest.mark.parametrize("where", ["cloudhv", "ovmf"])
def test_prompt(start, tmp_path, where):
    shell = Shell(start, [disk(tmp_path, {})], firmware=where)
    assert "UEFI Interactive Shell v2.2" in shell.banner
    assert shell.run("echo one  two") == "one two"
    shell.run("set -v name value")
    assert shell.run('echo "%name%  %name%"') == "value  value"
    assert "Lists the commands" in shell.run("help help")
    assert "no command" in shell.run("nonsense")
    assert shell.status() == 14
    shell.type("exit\r")
    if where == "cloudhv":
        shell.vm.expect("returned: success")


def only_here(firmware):
    if firmware == "ovmf":
        pytest.skip("this firmware's boot manager")


def test_nothing_boots(start, firmware, tmp_path):
    """The disk without a loader is named, then comes the shell, which sees it; leaving it tries again."""
    only_here(firmware)
    shell = Shell(start, [disk(tmp_path, {"note.txt": "text"}, shell=None)])
    assert r"0000:00:03.0: no \EFI\BOOT\BOOTX64.EFI" in shell.banner
    assert "Nothing could be booted. Here is the EFI shell" in shell.banner
    assert "FS0:" in shell.banner
    shell.type("exit\r")
    shell.vm.expect("shell returned: success")
    shell.vm.expect(r"no \\EFI\\BOOT\\BOOTX64\.EFI")
    shell.vm.expect(PROMPT)


def test_boot_shell(start, firmware, tmp_path):
    """`cloudhv.boot` names the shell in front of the disk: leaving it boots the disk."""
    only_here(firmware)
    shell = Shell(start, [disk(tmp_path, {})], cmdline="cloudhv.boot=shell,disk cloudhv.noboot=poweroff")
    assert "Nothing could be booted" not in shell.banner
    shell.type("exit\r")
    shell.vm.expect("shell returned: success")
    shell.vm.expect(PROMPT)  # that one is the disk's
    shell.type("exit\r")
    assert "Nothing could be booted. Powering off." in plain(shell.vm.wait_end())


FILES = {"a.txt": "hello\n", "b.txt": "hellp\n", "sub/deep/f.txt": "x\n", "big.bin": bytes(range(256)) * 2000}


@pytest.fixture(params=["cloudhv", "ovmf"])
def at_files(start, tmp_path, request):
    """The prompt of FS0:, which has FILES, on both firmwares."""
    shell = Shell(start, [disk(tmp_path, FILES)], firmware=request.param)
    shell.run("fs0:")
    return shell


def test_file_commands(at_files):
    run = at_files.run
    assert run("cd") == "FS0:\\"
    listing = run("ls")
    assert re.search(r"<DIR> .* sub$", listing, re.M) and re.search(r" 6  a\.txt$", listing, re.M)
    assert re.search(r"3 File\(s\) +512,012 bytes", listing)
    run("cp big.bin copy.bin")
    assert run("comp big.bin copy.bin") == "The files are the same."
    assert "at 0x4\n" in run("comp a.txt b.txt")
    assert at_files.status() == 0x1B
    run("mkdir new")
    run("cp -r sub new")
    assert run("type new\\sub\\deep\\f.txt") == "x"
    run("mv a.txt new\\moved.txt")
    assert "not found" in run("type a.txt")
    assert run("type new\\moved.txt") == "hello"
    assert "into itself" in run("cp -r new new\\sub")
    run("attrib +r b.txt")
    assert run("attrib b.txt").split() == ["A", "R", "FS0:\\b.txt"]
    assert "access denied" in run("rm b.txt")
    run("attrib -r b.txt")
    run("setsize 3 b.txt")
    assert run("type b.txt") == "hel"
    at_files.type("rm new\r")
    at_files.vm.expect("Cancel")
    at_files.type("c")
    at_files.output()
    assert "moved.txt" in run("ls new")
    run("rm -q new")
    assert "not found" in run("ls new")
    run("cd sub")
    assert "current directory" in run("rm -q ..\\sub")
    assert "current directory" in run("mv ..\\sub ..\\other")
    assert "touch:" not in run("touch deep\\f.txt")
    run("echo 1 > kept.txt")
    run("echo 2 > moved.txt")
    run("attrib +r kept.txt")
    assert "kept.txt" in run("mv kept.txt moved.txt deep")
    assert at_files.status() != 0
    assert run("type deep\\moved.txt") == "2"
    # What cannot be moved costs nothing, and a file is the same under all names of its volume.
    run("mv -q kept.txt deep\\moved.txt")
    assert run("type deep\\moved.txt") == "2"
    run("map own fs0:")
    for command in "cp", "mv":
        assert "into itself" in run(f"{command} -q deep\\moved.txt own:\\sub\\deep")
    assert run("type deep\\moved.txt") == "2"
    assert "current directory" in run("rm -q own:\\sub")


def test_redirection(at_files):
    run = at_files.run
    run("echo one > out.txt")
    run("echo two >> out.txt")
    assert run("type out.txt") == "one\ntwo"
    run("echo narrow >a out8.txt")
    assert " 8  out8.txt" in run("ls out8.txt")
    run("echo value >v name")
    assert run("echo [%name%]") == "[value]"
    run("ls -sfo b.txt > rows.txt")
    assert run("parse rows.txt FileInfo 3") == "6"
    assert run("type nothing.txt 2> nul") == ""
    assert run("type nothing.txt 2>v reason") == ""
    assert "not found" in run("echo %reason%")
    assert "access denied" in run("echo x > sub")
    run("echo @cp out.txt again.txt > copy.nsh")
    for _ in range(2):  # a script is not asked
        assert "again.txt" in run("copy.nsh") and at_files.status() == 0


SCRIPT = """@echo -off
echo %0 %1 %2
for %f in *.txt
  echo file %f
endfor
for %n run (1 3)
  echo number %n
endfor
if exist a.txt and not exist none.txt then
  echo there
else
  echo wrong
endif
if %1 == one then
  goto end
endif
echo wrong
:end
shift
echo now %1
exit /b 5
echo wrong
"""


def test_script(start, tmp_path):
    shell = Shell(start, [disk(tmp_path, {**FILES, "s.nsh": SCRIPT, "startup.nsh": "@echo -off\necho started\ns.nsh one two\n"})])
    # startup.nsh has waited for its delay, or for a key.
    assert "Press Esc" in shell.banner and "started" in shell.banner
    shell.run("fs0:")
    output = shell.run("s one two").splitlines()
    assert output == [
        "FS0:\\s.nsh one two", "file FS0:\\a.txt", "file FS0:\\b.txt",
        "number 1", "number 2", "number 3", "there", "now two",
    ]
    assert shell.status() == 5


@pytest.mark.parametrize("where", ["cloudhv", "ovmf"])
def test_ctrl_c(start, tmp_path, where):
    """It stops scripts, waiting, and commands; keys typed behind it are kept."""
    forever = "@echo -off\n:again\nstall 10000\ngoto again\n"
    shell = Shell(start, [disk(tmp_path, {**FILES, "forever.nsh": forever})], firmware=where)
    shell.run("fs0:")
    for line in ("stall 100000000", "forever.nsh", "type big.bin", "pause"):
        shell.type(line + "\r")
        shell.vm.expect("\r")  # its end is echoed
        shell.type(CTRL_C + "echo after\r")
        shell.vm.expect(PROMPT)
        assert shell.output() == "after"


def test_protocols(start, tmp_path):
    """A program uses every part of the shell's protocols; a program's status is %lasterror%."""
    program = guests.program("shell")
    shell = Shell(start, [disk(tmp_path, {**FILES, "guest.efi": program})])
    shell.run("fs0:")
    output = shell.run('guest one "two words"')
    assert re.findall(r"guest: (.*)=0x1", output) == []
    assert output.count("=0x0") == 37
    assert "executed value" in output and "[yes] []" in output
    assert shell.status() == 7
    assert "guest:" not in shell.run("guest one > log.txt")
    assert "guest: GetEnv=0x0" in shell.run("type log.txt")


UP, LEFT, HOME, END, TAB = "\x1b[A", "\x1b[D", "\x1b[H", "\x1b[F", "\t"


def test_editing(at_files):
    """History, moving in the line, completion of commands and files."""
    run = at_files.run
    run("echo first")
    run("echo second")
    at_files.type(UP + UP + "\r")
    assert at_files.output() == "first"
    assert run("echo xb" + LEFT + "a" + HOME + END + "c") == "xabc"
    assert run("ec" + TAB + " it") == "it"
    assert run("type a." + TAB) == "hello"
    assert run("type su" + TAB + "de" + TAB + "f" + TAB) == "x"


def test_paging(at_files):
    """-b stops at the end of each page; a key shows the next one, Q ends."""
    at_files.type("help -verbose -b\r")
    for key in (" ", "q"):
        at_files.vm.expect("next page, Q to end: ")
        at_files.type(key)
    # The prompt's blank is one already: the terminal may just move over it.
    at_files.type("echo on\r")
    at_files.vm.expect(r"[\r\n]on\r")
    at_files.vm.expect(PROMPT)


def test_paste(at_files):
    """10 KiB of lines at once: none is lost, none is changed."""
    lines = [f"echo line {number:04} {'x' * 40}" for number in range(180)]
    text = "\r".join(lines) + "\r"
    assert len(text) > 10000
    at_files.type(text)
    at_files.vm.expect(r"\nline 0179 x{40}\r")
    at_files.vm.expect(PROMPT)
    log = plain(at_files.vm.log_path.read_text(errors="replace"))
    shown = re.findall(r"^line (\d{4}) x{40}$", log, re.M)
    assert shown == [f"{number:04}" for number in range(180)]
