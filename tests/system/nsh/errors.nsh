# Unknown commands, wrong options and operands: what %lasterror% says.
@echo -off
echo =~ unknown
nonsense
echo [%lasterror% nonsense]
nonsense.nsh
echo [%lasterror% nonsense.nsh]
nonsense.efi
echo [%lasterror% nonsense.efi]
fs0:\none\nonsense
echo [%lasterror% fs0:\none\nonsense]
echo =~ not-an-image
load bad.efi
echo [%lasterror% load bad.efi]
load none.efi
echo [%lasterror% load none.efi]
echo =~ wrong-option
for %c in alias bcfg cd cls comp connect cp date dblk devices devtree dh disconnect dmem dmpstore
  %c -zz
  echo [%c %lasterror%]
endfor
for %c in drivers drvdiag eficompress efidecompress getmtc help load ls map
  %c -zz
  echo [%c %lasterror%]
endfor
for %c in memmap mkdir mm mode mv openinfo parse pause pci reconnect reset rm sermode set setsize
  %c -zz
  echo [%c %lasterror%]
endfor
for %c in setvar smbiosview stall time timezone touch type unload ver vol
  %c -zz
  echo [%c %lasterror%]
endfor
echo =~ too-few
for %c in bcfg comp connect cp dblk disconnect eficompress efidecompress load mkdir mv openinfo parse
  %c
  echo [%c %lasterror%]
endfor
for %c in rm setsize setvar stall touch type unload
  %c
  echo [%c %lasterror%]
endfor
echo =~ too-many
for %c in alias cd cls comp date dblk devtree dh disconnect dmem getmtc help ls map
  %c 1 2 3 4 5 6
  echo [%c %lasterror%]
endfor
for %c in memmap mode openinfo parse pause pci sermode set smbiosview stall time timezone unload ver vol
  %c 1 2 3 4 5 6 7 8
  echo [%c %lasterror%]
endfor
echo =~ help-of-each
for %c in alias attrib bcfg cd cls comp connect cp date dblk devices devtree dh disconnect dmem dmpstore
  %c -? > nul
  echo [%c %lasterror%]
endfor
for %c in drivers drvdiag echo eficompress efidecompress exit for getmtc goto help if load ls map
  help %c > nul
  echo [%c %lasterror%]
endfor
for %c in memmap mkdir mm mode mv openinfo parse pause pci reconnect reset rm sermode set setsize
  %c -? > nul
  echo [%c %lasterror%]
endfor
for %c in setvar shift smbiosview stall time timezone touch type unload ver vol
  help %c > nul
  echo [%c %lasterror%]
endfor
echo =~ help-unknown
help nonsense
echo [%lasterror% help nonsense]
echo =~ numbers
stall x
echo [%lasterror% stall x]
stall 0x10
echo [%lasterror% stall 0x10]
stall 99999999999999999999999
echo [%lasterror% stall 99999999999999999999999]
dblk nofs: 1
echo [%lasterror% dblk nofs: 1]
dblk blk0: x
echo [%lasterror% dblk blk0: x]
mode 1 2
echo [%lasterror% mode 1 2]
mode x y
echo [%lasterror% mode x y]
unload ffff
echo [%lasterror% unload ffff]
dh ffff
echo [%lasterror% dh ffff]
dh x
echo [%lasterror% dh x]
dh -p nonsense
echo [%lasterror% dh ~p nonsense]
openinfo ffff
echo [%lasterror% openinfo ffff]
connect ffff
echo [%lasterror% connect ffff]
disconnect ffff
echo [%lasterror% disconnect ffff]
reconnect ffff
echo [%lasterror% reconnect ffff]
map nofs:
echo [%lasterror% map nofs:]
map -d nofs
echo [%lasterror% map ~d nofs]
memmap x
echo [%lasterror% memmap x]
cls 99
echo [%lasterror% cls 99]
echo =~ time
date 13/01/2020
echo [%lasterror% date 13/01/2020]
date 02/30/2020
echo [%lasterror% date 02/30/2020]
date x
echo [%lasterror% date x]
date 01/01/1900
echo [%lasterror% date 01/01/1900]
time 25:00
echo [%lasterror% time 25:00]
time x
echo [%lasterror% time x]
time -tz 9999
echo [%lasterror% time ~tz 9999]
time -d 9
echo [%lasterror% time ~d 9]
timezone -s 25:00
echo [%lasterror% timezone ~s 25:00]
timezone -s x
echo [%lasterror% timezone ~s x]
echo == end
