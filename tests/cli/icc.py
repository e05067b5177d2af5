"""ICC profiles made by hand: of RGB by primaries and a curve, of grey by a curve, of inks by a small table."""

import itertools
import struct
import zlib

# The sum of each row is the white of D50, as the standard has it: colours of P3's primaries, adapted.
P3 = ((0.51512, 0.29198, 0.15710), (0.24120, 0.69225, 0.06657), (-0.00105, 0.04189, 0.78407))
D50 = (0.96420, 1.0, 0.82491)


def fixed(number):
    return struct.pack(">i", round(number * 65536))


def xyz(values):
    return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))


def curve(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def text(words):
    return b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words.encode() + b"\0" + bytes(12 + 67)


def profile(space, kind, pcs, tags):
    """Header, table of tags, tags at multiples of four."""
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += struct.pack(">4sII", name.encode(), at + len(body), len(content))
        body += content
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"none", 0x02400000, kind, space, pcs)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + b"".join(map(fixed, D50))
    return head + bytes(128 - len(head)) + table + body


def rgb(gamma=1.8, primaries=P3, name="A wide test profile"):
    columns = list(zip(*primaries))
    return profile(b"RGB ", b"mntr", b"XYZ ", {
        "desc": text(name), "wtpt": xyz(D50), "rXYZ": xyz(columns[0]), "gXYZ": xyz(columns[1]), "bXYZ": xyz(columns[2]),
        "rTRC": curve(gamma), "gTRC": curve(gamma), "bTRC": curve(gamma)})


def broken(name="A broken test profile"):
    """One that says that it is of RGB, and no more."""
    return profile(b"RGB ", b"mntr", b"XYZ ", {"desc": text(name), "wtpt": xyz(D50)})


def grey(gamma=1.2, name="A grey test profile"):
    return profile(b"GRAY", b"mntr", b"XYZ ", {"desc": text(name), "wtpt": xyz(D50), "kTRC": curve(gamma)})


def inks(name="A test profile of inks"):
    """A table of two levels for each ink, to Lab of 8 bits: paper, the inks over each other, black."""
    corners = []
    for c, m, y, k in itertools.product((0, 1), repeat=4):
        light = 250 * (1 - 0.4 * c) * (1 - 0.45 * m) * (1 - 0.08 * y) * (1 - 0.85 * k)
        corners += [
            round(light),
            round(128 + (60 * m - 35 * c) * (1 - 0.8 * k)),
            round(128 + (70 * y - 40 * c) * (1 - 0.8 * k)),
        ]
    identity = b"".join(map(fixed, (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    ramp = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + ramp * 4 + bytes(corners) + ramp * 3
    return profile(b"CMYK", b"prtr", b"Lab ", {"desc": text(name), "wtpt": xyz(D50), "A2B0": table})


def with_profile(png, content):
    """A PNG with that profile behind its header."""
    body = b"iCCP" + b"p\0\0" + zlib.compress(content)
    return png[:33] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + png[33:]
