# SPDX-License-Identifier: BSD-2-Clause-Patent
# gdb script for a VM that was started with a gdb server:
#   qemu-system-x86_64 -s … -kernel CLOUDHV.fd     then     gdb -x cloudhv.gdb
# The firmware is linked at the address where it runs, so its symbols need no search. Images that it loaded print their
# address in the DEBUG log ("image NAME at 0x…"): add-symbol-file IMAGE.elf ADDRESS+0x1000.
python
import os
gdb.execute("file " + os.path.join(os.path.dirname(os.path.abspath(os.environ.get("CLOUDHV_GDB", "cloudhv.gdb"))), "CLOUDHV.elf"))
end
set architecture i386:x86-64
target remote localhost:1234
