@echo -off
ls none.txt > nul
exit /b
echo wrong
