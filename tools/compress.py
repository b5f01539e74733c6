#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Compresses a file as EFI_DECOMPRESS_PROTOCOL expects it (UEFI 2.10 §19.2). Usage: compress.py FILE OUTPUT.

LZ77 over a window of 8 KiB; its symbols get Huffman codes whose lengths stand at the head of each block.
"""

import heapq
import sys

WINDOW, SHORTEST, LONGEST = 1 << 13, 3, 256
BLOCK = 16384  # symbols
SYMBOLS, POSITIONS, EXTRA = 256 + LONGEST - SHORTEST + 1, 14, 19
LONGEST_CODE = 16
DEPTH = 512  # places that are looked at for each match


class Bits:
    def __init__(self):
        self.value, self.count = 0, 0

    def put(self, value, count):
        self.value = self.value << count | value
        self.count += count

    def bytes(self):
        padding = -self.count % 8
        return (self.value << padding).to_bytes((self.count + padding) // 8, "big")


def longest_match(data, at, places):
    """(length, distance) of the longest earlier copy of what begins at `at`."""
    best, distance = 0, 0
    most = min(LONGEST, len(data) - at)
    for place in reversed(places[-DEPTH:]):
        if at - place > WINDOW:
            break
        if best and data[place + best] != data[at + best]:
            continue
        length = 0
        while length < most and data[place + length] == data[at + length]:
            length += 1
        if length > best:
            best, distance = length, at - place
            if best == most:
                break
    return best, distance


def tokens(data):
    """Literals as (byte, None), matches as (symbol of the length, distance - 1)."""
    places = {}
    at, pending = 0, None

    def match_at(where):
        key = data[where : where + SHORTEST]
        found = longest_match(data, where, places.get(key, [])) if len(key) == SHORTEST else (0, 0)
        places.setdefault(key, []).append(where)
        return found if found[0] >= SHORTEST else (0, 0)

    while at < len(data):
        length, distance = pending or match_at(at)
        pending = None
        if length and at + 1 < len(data):
            # A longer match one byte later is worth a literal.
            later = match_at(at + 1)
            if later[0] > length:
                length, pending = 0, later
        if not length:
            yield data[at], None
            at += 1
            if pending is None:
                continue
            continue
        yield 256 + length - SHORTEST, distance - 1
        for where in range(at + 2, at + length):
            places.setdefault(data[where : where + SHORTEST], []).append(where)
        at += length


def code_lengths(counts):
    """Lengths of a Huffman code, none over LONGEST_CODE; all 0 when fewer than two symbols occur."""
    counts = list(counts)
    while True:
        lengths = [0] * len(counts)
        heap = [(count, symbol, [symbol]) for symbol, count in enumerate(counts) if count]
        heapq.heapify(heap)
        while len(heap) > 1:
            first, second = heapq.heappop(heap), heapq.heappop(heap)
            for symbol in first[2] + second[2]:
                lengths[symbol] += 1
            heapq.heappush(heap, (first[0] + second[0], first[1], first[2] + second[2]))
        if max(lengths) <= LONGEST_CODE:
            return lengths
        counts = [(count + 1) // 2 for count in counts]


def codes(lengths):
    """Canonical codes: symbol → (code, length)."""
    result, code = {}, 0
    for bits in range(1, LONGEST_CODE + 1):
        for symbol, length in enumerate(lengths):
            if length == bits:
                result[symbol] = code, bits
                code += 1
        code <<= 1
    return result


def count_of(symbols, size):
    counts = [0] * size
    for symbol in symbols:
        counts[symbol] += 1
    return counts


def put_small(out, lengths, width, special):
    used = max((i + 1 for i, length in enumerate(lengths) if length), default=0)
    out.put(used, width)
    at = 0
    while at < used:
        length = lengths[at]
        if length < 7:
            out.put(length, 3)
        else:
            out.put((1 << (length - 3)) - 2, length - 3)
        at += 1
        if at == special:
            zeros = 0
            while zeros < 3 and at + zeros < used and lengths[at + zeros] == 0:
                zeros += 1
            out.put(zeros, 2)
            at += zeros


def extra_symbols(lengths):
    """Code lengths of the large set as symbols of the Extra set, with (value, bits) behind some."""
    used = max(i + 1 for i, length in enumerate(lengths) if length)
    at = 0
    while at < used:
        if lengths[at]:
            yield lengths[at] + 2, 0, 0
            at += 1
            continue
        zeros = 0
        while at + zeros < used and lengths[at + zeros] == 0:
            zeros += 1
        at += zeros
        while zeros >= 20:
            now = min(zeros, 20 + 511)
            yield 2, now - 20, 9
            zeros -= now
        if zeros >= 3:
            now = min(zeros, 18)
            yield 1, now - 3, 4
            zeros -= now
        for _ in range(zeros):
            yield 0, 0, 0


def put_set(out, counts, width, special):
    """The lengths of a small set, or its only symbol; returns its codes."""
    lengths = code_lengths(counts)
    if any(lengths):
        put_small(out, lengths, width, special)
        return codes(lengths)
    only = next((symbol for symbol, count in enumerate(counts) if count), 0)
    out.put(0, width)
    out.put(only, width)
    return {only: (0, 0)}


def put_block(out, block):
    out.put(len(block), 16)
    counts = count_of((symbol for symbol, _ in block), SYMBOLS)
    lengths = code_lengths(counts)
    if any(lengths):
        head = list(extra_symbols(lengths))
        extra = put_set(out, count_of((symbol for symbol, _, _ in head), EXTRA), 5, 3)
        out.put(max(i + 1 for i, length in enumerate(lengths) if length), 9)
        for symbol, value, bits in head:
            out.put(*extra[symbol])
            out.put(value, bits)
        large = codes(lengths)
    else:
        only = block[0][0]
        for value, bits in ((0, 5), (0, 5), (0, 9), (only, 9)):
            out.put(value, bits)
        large = {only: (0, 0)}
    positions = [position.bit_length() for _, position in block if position is not None]
    small = put_set(out, count_of(positions, POSITIONS), 4, -1)
    for symbol, position in block:
        out.put(*large[symbol])
        if position is not None:
            bits = position.bit_length()
            out.put(*small[bits])
            if bits > 1:
                out.put(position - (1 << (bits - 1)), bits - 1)


def compress(data):
    stream = list(tokens(data))
    body = b""
    out = Bits()
    for at in range(0, len(stream), BLOCK):
        put_block(out, stream[at : at + BLOCK])
    body = out.bytes() + b"\0"
    return len(body).to_bytes(4, "little") + len(data).to_bytes(4, "little") + body


def main():
    source, output = sys.argv[1:]
    with open(source, "rb") as file:
        data = file.read()
    with open(output, "wb") as file:
        file.write(compress(data))


if __name__ == "__main__":
    main()
