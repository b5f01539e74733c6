# Quotes, ^, comments, variables.
@echo -off
set -v name value
set -v "two" "a  b"
echo == quotes
echo one  two
echo "one  two"
echo "one"two
echo one" "two
echo ""
echo "" x
echo a"b"c
echo == escapes
echo ^"one  two^"
echo ^^
echo a^#b
echo a^>b
echo a^|b
echo a^ b
echo ^%name^%
echo "^""
echo "a^^b"
echo a^b
echo == comments
echo one # two
echo one#two
echo "one # two"
# echo wrong
  # echo wrong
echo #
echo == variables
echo %name%
echo %NAME%
echo x%name%y%name%z
echo "%name%"
echo %two%
echo "%two%"
echo [%none%]
echo [%none%x]
echo 100%
echo %
echo %%
echo %name
echo % name %
echo a%b c%d
echo == variables-in-for
for %i in 1
  echo %i%name%%i
  echo %name%%i
  echo %i%
endfor
echo == command-from-variable
set -v cmd echo
%cmd% works
set -v cmd "echo works  too"
%cmd%
set -d cmd
echo == nested-expansion
set -v inner %name%
set -v outer "^%inner^%"
echo %outer%
set -d inner
set -d outer
echo == parameters-escaped
echo ^%1 %1
echo == case
ECHO upper
Echo Mixed
echo == end
set -d name
set -d two
