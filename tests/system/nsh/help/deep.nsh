@echo -off
echo [%1]
if not %1 == xxxxxx then
  fs0:\nsh\help\deep.nsh %1x
endif
echo back [%1]
