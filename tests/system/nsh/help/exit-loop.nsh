@echo -off
for %i in 1 2 3
  echo %i
  if %i == 2 then
    exit /b 7
  endif
endfor
echo wrong
