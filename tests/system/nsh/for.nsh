# `for`: lists, wildcards, numbers, nested loops, leaving them.
@echo -off
echo == list
for %x in one two three
  echo [%x]
endfor
echo == quoted
for %x in "two words" one
  echo [%x]
endfor
echo == wildcards
for %f in *.txt
  echo %f
endfor
echo == no-match
for %f in *.none
  echo [%f]
endfor
echo == mixed
for %f in first *.txt sub\deep\*.txt last
  echo %f
endfor
echo == range
for %n run (1 5)
  echo %n
endfor
for %n run (5 1)
  echo %n
endfor
for %n run (1 10 3)
  echo %n
endfor
for %n run (10 1 -4)
  echo %n
endfor
for %n run (-2 2)
  echo %n
endfor
for %n run (3 3)
  echo %n
endfor
echo == range-wrong-way
for %n run (1 3 -1)
  echo %n
endfor
echo == spaces
for %n run ( 1   3 )
  echo %n
endfor
echo == variable
set -v list "a b c"
for %x in %list%
  echo [%x]
endfor
set -d list
echo == nested
for %a in 1 2
  for %b in x y
    echo %a%b
  endfor
endfor
echo == behind
for %a in 1 2
endfor
echo [%a]
echo == goto-out
for %a in 1 2 3
  echo %a
  if %a == 2 then
    goto out
  endif
endfor
:out
echo after
echo == goto-next
for %d in 1 2 3
  if %d == 2 then
    goto next
  endif
  echo %d
  :next
endfor
echo == upper
FOR %n IN 1 2
  echo %n
ENDFOR
FOR %n RUN (1 2)
  echo %n
ENDFOR
echo == parameters
for %x in %1 %2 %3
  echo [%x]
endfor
echo == comment
for %x in a b # c
  echo %x # d
endfor
echo == end
