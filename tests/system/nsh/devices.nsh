# Handles, drivers, devices, memory, the machine: what two shells on one firmware say alike.
@echo -off
echo == map
map fs0 > nul
map -r > nul
echo [%lasterror%]
map own fs0: > nul
echo [%lasterror%]
ls own:\t\devices\a.txt > nul
echo [%lasterror%]
map -d own:
echo [%lasterror%]
echo == ver
ver -s
echo [%lasterror%]
ver -terse
echo [%lasterror%]
echo =~ drivers
drivers > nul
echo [%lasterror% drivers]
drivers -sfo > nul
echo [%lasterror% drivers ~sfo]
drivers -l en > nul
echo [%lasterror% drivers ~l en]
devices > nul
echo [%lasterror% devices]
devices -sfo > nul
echo [%lasterror% devices ~sfo]
devtree > nul
echo [%lasterror% devtree]
devtree -d > nul
echo [%lasterror% devtree ~d]
dh > nul
echo [%lasterror% dh]
dh -sfo > nul
echo [%lasterror% dh ~sfo]
dh -v > nul
echo [%lasterror% dh ~v]
dh -d -v > nul
echo [%lasterror% dh ~d ~v]
dh -p SimpleFileSystem > nul
echo [%lasterror% dh ~p SimpleFileSystem]
dh -p LoadedImage -sfo > nul
echo [%lasterror% dh ~p LoadedImage ~sfo]
memmap > nul
echo [%lasterror% memmap]
pci > nul
echo [%lasterror% pci]
pci 0 0 > nul
echo [%lasterror% pci 0 0]
pci 0 0 -i > nul
echo [%lasterror% pci 0 0 ~i]
smbiosview > nul
echo [%lasterror% smbiosview]
smbiosview -s > nul
echo [%lasterror% smbiosview ~s]
mode > nul
echo [%lasterror% mode]
sermode > nul
echo [%lasterror% sermode]
drvdiag > nul
echo [%lasterror% drvdiag]
dmem > nul
echo [%lasterror% dmem]
dblk blk0: > nul
echo [%lasterror% dblk blk0:]
bcfg boot dump > nul
echo [%lasterror% bcfg boot dump]
bcfg driver dump > nul
echo [%lasterror% bcfg driver dump]
getmtc > nul
echo [%lasterror% getmtc]
acpiview -l > nul
echo [%lasterror% acpiview ~l]
date > nul
echo [%lasterror% date]
time > nul
echo [%lasterror% time]
timezone > nul
echo [%lasterror% timezone]
timezone -l > nul
echo [%lasterror% timezone ~l]
timezone -f > nul
echo [%lasterror% timezone ~f]
time -d > nul
echo [%lasterror% time ~d]
cls
echo [%lasterror% cls]
cls 0
echo [%lasterror% cls 0]
echo == sfo-shapes
dh -sfo > rows.txt
parse rows.txt ShellCommand 2
dh -p SimpleFileSystem -sfo > rows.txt
parse rows.txt ShellCommand 2
drivers -sfo > rows.txt
parse rows.txt ShellCommand 2
devices -sfo > rows.txt
parse rows.txt ShellCommand 2
memmap -sfo > rows.txt
parse rows.txt ShellCommand 2
map -sfo > rows.txt
parse rows.txt ShellCommand 2
parse rows.txt Mappings 2 -i 1
dmpstore -sfo > rows.txt
parse rows.txt ShellCommand 2
echo == dblk
dblk blk0: 1 1 > block.txt
echo [%lasterror%]
echo == mm
mm 0 -w 4 -pci -n > nul
echo [%lasterror%]
echo == compress
eficompress big.bin big.z > nul
echo [%lasterror%]
efidecompress big.z big.out > nul
echo [%lasterror%]
comp big.bin big.out > nul
echo [%lasterror%]
echo == end
