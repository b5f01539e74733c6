# Environment variables and aliases.
@echo -off
echo == set-one
set -v abc one
set abc > nul
echo [%lasterror%]
echo == change
set -v abc two
set abc > nul
set -v ABC three
echo %abc%
echo == delete
set -d abc
echo [%lasterror%] [%abc%]
echo =~ unknown
set abc > nul
echo [%lasterror% set abc]
set -d abc
echo [%lasterror% set ~d abc]
echo == non-volatile
set nvx one
set nvx > nul
set -d nvx
echo [%lasterror%]
echo =~ volatile-over-non-volatile
set nvy one
echo [%lasterror% set nvy one]
set -v nvy two
echo [%lasterror%] [%nvy%]
set -d nvy
echo [%lasterror%] [%nvy%]
echo =~ read-only
set -v lasterror 1
echo [%lasterror% set ~v lasterror 1]
set -v uefishellversion 1
echo [%lasterror%] [%uefishellversion%]
set -v cwd x
echo [%lasterror% set ~v cwd x]
echo == own
echo [%uefishellsupport%] [%uefishellversion%] [%cwd%]
echo =~ too-many
set a b c
echo [%lasterror% set a b c]
echo =~ empty
set -v empty ""
echo [%lasterror%] [%empty%]
set -d empty
echo == alias
alias -v e echo
echo [%lasterror%]
e works
alias e > nul
alias -v ls2 "ls -b"
alias ls2 > nul
alias -d ls2
alias -d e
echo [%lasterror%]
echo =~ standard-aliases
for %a in dir del copy ren cat md
  alias %a > nul
  echo [%a %lasterror%]
endfor
echo =~ alias-errors
alias none
echo [%lasterror% alias none]
alias -d none
echo [%lasterror% alias ~d none]
alias a b c
echo [%lasterror% alias a b c]
echo == end
