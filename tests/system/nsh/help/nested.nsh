@echo -off
echo begin
fs0:\nsh\help\exit.nsh 9
echo between [%lasterror%]
fs0:\nsh\help\args.nsh z
echo last
