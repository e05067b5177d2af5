"""Decodes the PNG files we write (8 bits a channel, grey or RGB, not interlaced) with the standard library and
numpy."""

import pathlib
import zlib

import numpy as np

CHANNELS = {0: 1, 2: 3}


def read(path):
    """The pixels, [height, width, channels] in uint8."""
    data = pathlib.Path(path).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), path
    place, packed, header = 8, b"", b""
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length
        if kind == b"IHDR":
            header = content
        elif kind == b"IDAT":
            packed += content
    width, height = int.from_bytes(header[0:4], "big"), int.from_bytes(header[4:8], "big")
    assert header[8] == 8 and header[12] == 0, "8 bits a channel, not interlaced"
    channels = CHANNELS[header[9]]
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * channels)
    return unfilter(rows, channels).reshape(height, width, channels)


def unfilter(rows, channels):
    """Undoes the filter that each row's first byte names."""
    above = [0] * (rows.shape[1] - 1)
    lines = []
    for row in rows.tolist():
        kind, line = row[0], row[1:]
        for i in range(len(line)):
            left = line[i - channels] if i >= channels else 0
            corner = above[i - channels] if i >= channels else 0
            line[i] = (line[i] + predicted(kind, left, above[i], corner)) & 255
        lines.append(line)
        above = line
    return np.array(lines, np.uint8)


def predicted(kind, left, up, corner):
    if kind == 3:
        return (left + up) // 2
    if kind == 4:  # Paeth: the neighbour nearest to left + up - corner
        return min((left, up, corner), key=lambda value: abs(left + up - corner - value))
    return (0, left, up)[kind]
