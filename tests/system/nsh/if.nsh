# `if`: every operator and function, on both sides of each.
@echo -off
echo == strings
if a == a then
  echo yes
else
  echo no
endif
if a == A then
  echo yes
else
  echo no
endif
if /i a == A then
  echo yes
else
  echo no
endif
if "two words" == "two words" then
  echo yes
else
  echo no
endif
if abc gt abb then
  echo yes
else
  echo no
endif
if abc lt abb then
  echo yes
else
  echo no
endif
echo == numbers
for %o in eq ne gt lt ge le ugt ult uge ule
  for %a in -1 0 1 2 10
    for %b in -1 0 1 2 10
      if %a %o %b then
        echo %a %o %b
      endif
    endfor
  endfor
endfor
echo == hexadecimal
if 0x10 == 16 then
  echo yes
else
  echo no
endif
if 0x10 eq 0X10 then
  echo yes
else
  echo no
endif
if /s 0x10 eq 16 then
  echo yes
else
  echo no
endif
if 007 eq 7 then
  echo yes
else
  echo no
endif
if 9 gt 10 then
  echo yes
else
  echo no
endif
if /s 9 gt 10 then
  echo yes
else
  echo no
endif
echo == exist
if exist a.txt then
  echo yes
endif
if not exist a.txt then
  echo no
endif
if exist *.txt then
  echo yes
endif
if exist none.* then
  echo wrong
else
  echo right
endif
if exist sub then
  echo yes
endif
if exist sub\deep\f.txt then
  echo yes
endif
if exist fs0:\nsh\if.nsh then
  echo yes
endif
if exist nofs:\x then
  echo wrong
else
  echo right
endif
echo == and-or
for %a in 0 1
  for %b in 0 1
    for %c in 0 1
      if %a == 1 and %b == 1 or %c == 1 then
        echo %a%b%c and-or
      endif
      if %a == 1 or %b == 1 and %c == 1 then
        echo %a%b%c or-and
      endif
      if not %a == 1 and not %b == 1 then
        echo %a%b%c not-not
      endif
    endfor
  endfor
endfor
echo == uefierror
if 0x8000000000000002 == uefierror(2) then
  echo yes
else
  echo no
endif
echo == nested
if a == a then
  if a == b then
    echo wrong
  else
    if b == b then
      echo right
    endif
  endif
else
  if a == a then
    echo wrong
  endif
endif
if a == b then
  if a == a then
    echo wrong
  else
    echo wrong
  endif
  echo wrong
else
  echo right
endif
echo == case-of-keywords
IF a == a THEN
  ECHO yes
ELSE
  echo no
ENDIF
If Not a EQ b And b eQ b Then
  echo yes
EndIf
echo == lasterror
if exist none.txt then
endif
echo [%lasterror%]
ls none.txt > nul
if %lasterror% == 0 then
  echo wrong
else
  echo right
endif
echo == end
