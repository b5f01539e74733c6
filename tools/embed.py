#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Makes an assembly file that holds a binary file between the symbols NAME and NAME_end, in .rodata.

Usage: embed.py FILE NAME OUTPUT.S"""

import sys


def main():
    source, name, output = sys.argv[1:]
    with open(source, "rb") as file:
        data = file.read()
    with open(output, "w", encoding="ascii") as out:
        out.write(f'    .section .rodata.{name}, "a"\n    .balign 16\n    .globl {name}, {name}_end\n{name}:\n')
        for at in range(0, len(data), 16):
            out.write("    .byte " + ",".join(str(byte) for byte in data[at : at + 16]) + "\n")
        out.write(f'{name}_end:\n    .section .note.GNU-stack, "", @progbits\n')


if __name__ == "__main__":
    main()
