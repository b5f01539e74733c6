@echo -on
@echo silent
echo shown
if a == a then
  echo inner
endif
