# ls, its options and standard-format output; wildcards in names.
@echo -off
echo == plain
ls
echo [%lasterror%]
echo == directory
ls sub
ls sub\
ls FS0:\t\ls\sub
echo == file
ls a.txt
ls sub\deep\f.txt
echo == wildcards
ls *.txt
ls ?.txt
ls [ab].txt
ls *
ls s*
ls sub\*
echo == recursive
ls -r
ls -r sub
echo == recursive-pattern
ls -r *.txt
echo == attributes
ls -a
ls -ad
ls -aa
echo =~ errors
ls none.txt
echo [%lasterror% ls none.txt]
ls *.none
echo [%lasterror% ls *.none]
ls nofs:
echo [%lasterror% ls nofs:]
ls -x
echo [%lasterror% ls ~x]
ls -aq
echo [%lasterror% ls ~aq]
ls a.txt b.txt
echo [%lasterror% ls a.txt b.txt]
echo == sfo
ls -sfo > ..\rows.txt
parse ..\rows.txt FileInfo 2
echo [%lasterror%]
ls -sfo a.txt
ls -sfo sub
ls -sfo *.txt
echo == sfo-recursive
ls -sfo -r sub
echo =~ sfo-none
ls -sfo none.txt
echo [%lasterror% ls ~sfo none.txt]
echo == parse
ls -sfo a.txt > ..\rows.txt
parse ..\rows.txt FileInfo 2
echo [%lasterror%]
parse ..\rows.txt FileInfo 3
parse ..\rows.txt FileInfo 5
parse ..\rows.txt ShellCommand 2
parse ..\rows.txt VolumeInfo 2
parse ..\rows.txt fileinfo 3
ls -sfo *.txt > ..\rows.txt
parse ..\rows.txt FileInfo 3
parse ..\rows.txt FileInfo 3 -i 2
parse ..\rows.txt FileInfo 3 -s 1
echo =~ parse-errors
parse ..\rows.txt None 2
echo [%lasterror% parse ..\rows.txt None 2]
parse ..\rows.txt FileInfo 99
echo [%lasterror% parse ..\rows.txt FileInfo 99]
parse none.txt FileInfo 2
echo [%lasterror% parse none.txt FileInfo 2]
parse ..\rows.txt FileInfo
echo [%lasterror% parse ..\rows.txt FileInfo]
parse ..\rows.txt FileInfo x
echo [%lasterror% parse ..\rows.txt FileInfo x]
parse ..\rows.txt FileInfo 2 -i 99
echo [%lasterror% parse ..\rows.txt FileInfo 2 ~i 99]
echo == vol
vol -n NEWLABEL > nul
ls -sfo a.txt > ..\rows.txt
parse ..\rows.txt VolumeInfo 2
vol -d > nul
echo [%lasterror%]
vol fs0: -n CLOUDHV > nul
echo [%lasterror%]
vol fs0: > nul
echo =~ vol-errors
vol nofs:
echo [%lasterror% vol nofs:]
vol -n x/y
echo [%lasterror% vol ~n x/y]
vol -n ABCDEFGHIJKLMNO
echo [%lasterror% vol ~n ABCDEFGHIJKLMNO]
vol -n A -d
echo [%lasterror% vol ~n A ~d]
echo == end
