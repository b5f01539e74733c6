@echo -off
ls none.txt > nul
echo mended
