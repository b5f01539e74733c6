@echo -off
fs0:\nsh\help\args.nsh %1 %2 %3
