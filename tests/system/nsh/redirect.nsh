# Redirections and pipes.
@echo -off
echo == output
echo one > o.txt
type o.txt
echo two >> o.txt
type o.txt
ls o.txt
echo == ascii
echo one >a o.txt
type o.txt
ls o.txt
echo two >>a o.txt
type o.txt
ls o.txt
echo == new-by-append
echo new >> n.txt
type n.txt
ls n.txt
echo == variable
echo value >v var
echo [%var%]
echo more >>v var
echo [%var%]
set -d var
echo == variable-lines
type a.txt b.txt >v var
echo [%var%]
set -d var
echo =~ input-variable
set -v input "FileInfo,^"a^",^"b^""
parse FileInfo 3 <v input
echo [%lasterror%]
set -d input
echo == nul
echo gone > nul
type a.txt > nul
echo == quoted-target
echo x > "with space.txt"
type "with space.txt"
rm "with space.txt" > nul
echo == no-space
echo x>s.txt
type s.txt
echo x>>s.txt
type s.txt
echo == in-middle
echo a > mid.txt b
type mid.txt
echo == of-script
fs0:\nsh\help\args.nsh p q > script.txt
type script.txt
echo == of-loop
for %i in 1 2 3
  echo %i >> loop.txt
endfor
type loop.txt
echo == number
echo x 1> one.txt
type one.txt
echo == pipe
echo "FileInfo,^"a^",^"b^"" > in.txt
type in.txt | parse FileInfo 3
echo [%lasterror%]
ls -sfo a.txt | parse FileInfo 3
echo [%lasterror%]
echo == pipe-ascii
ls -sfo a.txt |a parse FileInfo 3
echo [%lasterror%]
echo == input
parse FileInfo 3 < in.txt
echo [%lasterror%]
echo == pipe-to-file
ls -sfo a.txt | parse FileInfo 3 > res.txt
type res.txt
echo == end
