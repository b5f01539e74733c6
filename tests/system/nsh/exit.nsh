# `exit`, %lasterror% of scripts and commands, scripts in scripts.
@echo -off
echo == code
fs0:\nsh\help\exit.nsh 5
echo [%lasterror%]
fs0:\nsh\help\exit.nsh 0x1F
echo [%lasterror%]
fs0:\nsh\help\exit.nsh 0
echo [%lasterror%]
echo == no-code
fs0:\nsh\help\exit-plain.nsh
echo [%lasterror%]
echo == of-script
fs0:\nsh\help\fails.nsh
echo [%lasterror%]
echo == of-script-that-mends
fs0:\nsh\help\mends.nsh
echo [%lasterror%]
echo == inside-loop
fs0:\nsh\help\exit-loop.nsh
echo [%lasterror%]
echo == nested
fs0:\nsh\help\nested.nsh
echo [%lasterror%]
echo == deep
fs0:\nsh\help\deep.nsh xx
echo == set-lasterror
ls none.txt > nul
set -v keep %lasterror%
echo [%keep%] [%lasterror%]
set -d keep
echo == without-extension
fs0:\nsh\help\args x y
echo == echo-mode
fs0:\nsh\help\echo-on.nsh
echo back
echo == end
