# SPDX-License-Identifier: BSD-2-Clause-Patent
# gdb script for a VM that was started with a gdb server (qemu-system-x86_64 -s …; cloud-hypervisor --gdb …):
#
#   cd Build/CloudHvX64/DEBUG_GCC5/FV && gdb -x cloudhv.gdb
#
# The firmware runs at the address that it is linked to. `cloudhv-images` lists what it has loaded, and with the name of an
# ELF file beside it, `cloudhv-images shell.elf`, loads that file's symbols for the image of the same name.
set architecture i386:x86-64
file CLOUDHV.elf
target remote localhost:1234

python
import gdb, os, re

class Images(gdb.Command):
    """List the EFI images in memory, or load symbols for one: cloudhv-images [FILE.elf]"""

    def __init__(self):
        super().__init__("cloudhv-images", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        head = gdb.parse_and_eval("&images")
        image_type = gdb.lookup_type("struct image").pointer()
        offset = [field.bitpos // 8 for field in image_type.target().fields() if field.name == "link"][0]
        node = head["next"]
        while node != head:
            image = gdb.Value(int(node) - offset).cast(image_type)
            name, base = image["name"].string(), int(image["base"])
            print(f"{base:#18x} {int(image['size']):#10x} {name}")
            stem = re.split(r"[\\/]", name)[-1].lower().rsplit(".", 1)[0]
            if argument and base and stem == os.path.basename(argument).lower().rsplit(".", 1)[0]:
                gdb.execute(f"add-symbol-file {argument} -o {base:#x}")
            node = node["next"]

Images()
end
