"""PNG files of answers and for requests, by the standard library alone."""

import base64
import struct
import zlib

PNG = b"\x89PNG\r\n\x1a\n"


def size(png):
    assert png.startswith(PNG)
    return struct.unpack_from(">II", png, 16)


def pixels(image):
    """The PNG of an answer without what it says of where it came from."""
    png = base64.b64decode(image["png"])
    kept, at = png[:8], 8
    while at < len(png):
        end = at + 12 + struct.unpack_from(">I", png, at)[0]
        if png[at + 4:at + 8] not in (b"tEXt", b"iTXt"):
            kept += png[at:end]
        at = end
    return kept


def one_colour(width, height, colour):
    """A PNG in base64, grey for a colour of one number."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2 if len(colour) == 3 else 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(colour) * width) * height)
    return base64.b64encode(PNG + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")).decode()
