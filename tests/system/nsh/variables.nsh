# UEFI variables: setvar and dmpstore.
@echo -off
set -v g 11223344-5566-7788-99aa-bbccddeeff00
echo == set
setvar Note -guid %g% -bs =0102030405
echo [%lasterror%]
dmpstore Note -guid %g%
echo [%lasterror%]
echo =~ show
setvar Note -guid %g%
echo [%lasterror%]
echo == strings
setvar Note2 -guid %g% -bs =S"abc" =L"d" =H01
echo [%lasterror%]
dmpstore Note2 -guid %g%
echo == attributes
setvar NoteA -guid %g% -bs -rt =00
setvar NoteB -guid %g% -nv -bs =00
setvar NoteC -guid %g% -nv -bs -rt =00
dmpstore NoteA -guid %g%
dmpstore NoteB -guid %g%
dmpstore NoteC -guid %g%
echo [%lasterror%]
echo == sfo
dmpstore Note -guid %g% -sfo
echo [%lasterror%]
echo == save-load
dmpstore -guid %g% -s vars.bin > nul
echo [%lasterror%]
dmpstore -guid %g% -d > nul
echo [%lasterror%]
ls vars.bin
dmpstore -all -l vars.bin > nul
echo [%lasterror%]
dmpstore Note -guid %g%
echo == delete
setvar Note -guid %g% =
echo [%lasterror%]
dmpstore -guid %g% -d > nul
echo [%lasterror%]
echo =~ errors
setvar Note -guid %g%
echo [%lasterror% setvar Note ~guid g]
dmpstore Note -guid %g%
echo [%lasterror% dmpstore Note ~guid g]
setvar Note -guid nonsense =00
echo [%lasterror% setvar Note ~guid nonsense ~00]
setvar Note -guid %g% -bs =0
echo [%lasterror% setvar Note ~guid g ~bs ~0]
setvar Note -guid %g% -bs =xyz
echo [%lasterror% setvar Note ~guid g ~bs ~xyz]
setvar Note -guid %g% -rt =00
echo [%lasterror% setvar Note ~guid g ~rt ~00]
dmpstore -guid nonsense
echo [%lasterror% dmpstore ~guid nonsense]
dmpstore -l none.bin
echo [%lasterror% dmpstore ~l none.bin]
dmpstore -l a.txt
echo [%lasterror% dmpstore ~l a.txt]
dmpstore -d -s x.bin
echo [%lasterror% dmpstore ~d ~s x.bin]
dmpstore -all -sfo > nul
echo [%lasterror% dmpstore ~all ~sfo]
set -d g
echo == end
