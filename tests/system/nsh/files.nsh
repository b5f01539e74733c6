# Files: cp, mv, rm, mkdir, cd, ls, attrib, touch, setsize, comp, type.
@echo -off
echo == cd
cd
cd sub
cd
cd deep
cd ..\..
cd
cd sub\deep
cd
cd ..
cd
cd \
cd
cd fs0:\t\files
cd
cd .
cd
echo [%cwd%]
echo =~ cd-errors
cd none
echo [%lasterror% cd none]
cd a.txt
echo [%lasterror% cd a.txt]
cd a b
echo [%lasterror% cd a b]
echo == mkdir
mkdir new > nul
echo [%lasterror%]
mkdir new\inner > nul
mkdir x1 x2 > nul
echo [%lasterror%]
ls new
echo =~ mkdir-errors
mkdir new > nul
echo [%lasterror% mkdir new]
mkdir a.txt > nul
echo [%lasterror% mkdir a.txt]
mkdir
echo [%lasterror% mkdir]
echo =~ mkdir-parents
mkdir none\x > nul
echo [%lasterror%]
rm -q none > nul
echo == cp
cp a.txt copy.txt > nul
echo [%lasterror%]
type copy.txt
cp a.txt new > nul
cp -q b.txt copy.txt > nul
type copy.txt
cp a.txt b.txt new\inner > nul
ls new\inner
cp -r sub new > nul
ls -r new
echo [%lasterror%]
echo =~ cp-errors
cp none.txt x.txt > nul
echo [%lasterror% cp none.txt x.txt]
cp sub sub2 > nul
echo [%lasterror% cp sub sub2]
cp
echo [%lasterror% cp]
cp a.txt a.txt > nul
echo [%lasterror% cp a.txt a.txt]
cp -x a.txt b.txt > nul
echo [%lasterror% cp ~x a.txt b.txt]
echo == cp-wildcards
mkdir wild > nul
cp *.txt wild > nul
echo [%lasterror%]
ls wild
echo == mv
mv copy.txt moved.txt > nul
echo [%lasterror%]
if exist copy.txt then
  echo wrong
endif
type moved.txt
mv moved.txt new > nul
echo [%lasterror%]
type new\moved.txt
mv new\moved.txt . > nul
echo [%lasterror%]
mv wild wild2 > nul
echo [%lasterror%]
ls wild2
echo =~ mv-errors
mv none.txt x.txt > nul
echo [%lasterror% mv none.txt x.txt]
mv
echo [%lasterror% mv]
echo == rm
rm moved.txt > nul
echo [%lasterror%]
if exist moved.txt then
  echo wrong
endif
rm -q wild2 > nul
echo [%lasterror%]
rm -q new x1 x2 > nul
echo [%lasterror%]
ls
echo =~ rm-errors
rm none.txt > nul
echo [%lasterror% rm none.txt]
rm
echo [%lasterror% rm]
rm *.none > nul
echo [%lasterror% rm *.none]
echo == attrib
cp a.txt attr.txt > nul
ls -sfo -a attr.txt > ..\row.txt
parse ..\row.txt FileInfo 5
attrib +r attr.txt > nul
echo [%lasterror%]
ls -sfo -a attr.txt > ..\row.txt
parse ..\row.txt FileInfo 5
attrib +h +s attr.txt > nul
ls -sfo -a attr.txt > ..\row.txt
parse ..\row.txt FileInfo 5
ls
ls -a
ls -ah
ls -as
ls -ar
attrib -r -h -s attr.txt > nul
ls -sfo -a attr.txt > ..\row.txt
parse ..\row.txt FileInfo 5
attrib -a attr.txt > nul
ls -sfo -a attr.txt > ..\row.txt
parse ..\row.txt FileInfo 5
rm attr.txt > nul
echo =~ attrib-errors
attrib none.txt
echo [%lasterror% attrib none.txt]
attrib +x a.txt > nul
echo [%lasterror% attrib +x a.txt]
cp a.txt ro.txt > nul
attrib +r ro.txt > nul
rm ro.txt > nul
echo [%lasterror% rm ro.txt]
cp -q b.txt ro.txt > nul
echo [%lasterror% cp ~q b.txt ro.txt]
mv -q b.txt ro.txt > nul
echo [%lasterror% mv ~q b.txt ro.txt]
attrib -r ro.txt > nul
rm ro.txt > nul
echo [%lasterror% rm ro.txt]
echo == touch
touch a.txt
echo [%lasterror%]
touch sub
echo [%lasterror%]
touch -r sub
echo [%lasterror%]
echo =~ touch-errors
touch none.txt
echo [%lasterror% touch none.txt]
touch
echo [%lasterror% touch]
echo == setsize
cp a.txt size.txt > nul
setsize 3 size.txt > nul
echo [%lasterror%]
type size.txt
setsize 100 size.txt > nul
echo [%lasterror%]
ls size.txt
rm size.txt > nul
echo =~ setsize-errors
setsize 3 > nul
echo [%lasterror% setsize 3]
setsize x a.txt > nul
echo [%lasterror% setsize x a.txt]
setsize 3 none.txt > nul
echo [%lasterror% setsize 3 none.txt]
rm -q none.txt > nul
echo =~ comp
comp a.txt a.txt
echo [%lasterror% comp a.txt a.txt]
comp a.txt b.txt
echo [%lasterror% comp a.txt b.txt]
comp a.txt none.txt
echo [%lasterror% comp a.txt none.txt]
comp a.txt
echo [%lasterror% comp a.txt]
comp a.txt sub
echo [%lasterror% comp a.txt sub]
comp -n all a.txt b.txt
echo [%lasterror% comp ~n all a.txt b.txt]
comp -s 1 a.txt b.txt
echo [%lasterror% comp ~s 1 a.txt b.txt]
comp -n x a.txt b.txt
echo [%lasterror% comp ~n x a.txt b.txt]
echo == type
type a.txt
type ucs2.txt
type -a a.txt
type -u ucs2.txt
type b.txt sub\deep\f.txt
type *.txt
echo [%lasterror%]
echo =~ type-errors
type none.txt
echo [%lasterror% type none.txt]
type sub
echo [%lasterror% type sub]
type
echo [%lasterror% type]
type -a -u a.txt
echo [%lasterror% type ~a ~u a.txt]
echo == end
