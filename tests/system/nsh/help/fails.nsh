@echo -off
ls none.txt > nul
