@echo -off
exit /b %1
echo wrong
