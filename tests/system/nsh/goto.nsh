# `goto`, labels, `shift`, positional parameters.
@echo -off
echo == forward
goto one
echo wrong
:one
echo one
echo == backward
set -v count x
:again
set -v count %count%x
if not %count% == xxxx then
  goto again
endif
echo %count%
set -d count
echo == upper
GOTO TWO
echo wrong
:two
echo two
echo == into-if
goto inside
echo wrong
if a == b then
  echo wrong
  :inside
  echo inside
endif
echo behind
echo == out-of-if
if a == a then
  goto outside
  echo wrong
endif
echo wrong
:outside
echo outside
echo == parameters
echo [%1] [%2] [%3] [%4] [%9]
echo =~ shift
shift
echo [%1] [%2] [%3] [%4]
SHIFT
echo [%1] [%2] [%3]
shift
echo [%1]
shift
shift
echo [%1]
echo == nested
fs0:\nsh\help\args.nsh a "b c" d
fs0:\nsh\help\passes.nsh one "two words" three
echo == many
fs0:\nsh\help\args.nsh 1 2 3 4 5 6 7 8 9 10 11
echo == end
