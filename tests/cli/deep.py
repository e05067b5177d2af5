"""Made data of 16 bits and any number of channels, as NumPy's arrays, without NumPy."""
import ast
import random
import struct
import zlib


def npy(kind, shape, content):
    """A .npy of the numbers in `content`, which is bytes."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + content


def read_npy(content):
    """The shape and the numbers of a .npy of uint8 or uint16."""
    assert content.startswith(b"\x93NUMPY\x01\x00")
    (length,) = struct.unpack_from("<H", content, 8)
    header = ast.literal_eval(content[10 : 10 + length].decode())
    assert not header["fortran_order"] and header["descr"] in ("|u1", "<u2")
    numbers = content[10 + length :]
    return header["shape"], (
        list(numbers) if header["descr"] == "|u1" else list(struct.unpack(f"<{len(numbers) // 2}H", numbers))
    )


def images(count, height, width, channels, low=20_000, high=20_200, seed=1):
    """Images whose samples lie so close that 8 bits would make them one level."""
    numbers = random.Random(seed)
    samples = [numbers.randrange(low, high) for _ in range(count * height * width * channels)]
    shape = (count, height, width, channels) if channels > 1 else (count, height, width)
    return npy("<u2", shape, struct.pack(f"<{len(samples)}H", *samples))


def random_samples(number, seed, low=20_000, high=20_200):
    numbers = random.Random(seed)
    return [numbers.randrange(low, high) for _ in range(number)]


def png16(width, height, channels, samples):
    """A PNG of 16 bits: grey, grey and alpha, RGB or RGBA."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    row = width * channels
    rows = b"".join(b"\0" + struct.pack(f">{row}H", *samples[row * y : row * (y + 1)]) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 16, (0, 4, 2, 6)[channels - 1], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def tiff16(width, height, channels, samples):
    """A TIFF of 16 bits, of any channels: one strip, lowest byte first."""
    content = struct.pack(f"<{len(samples)}H", *samples)
    bits_at = 8 + len(content)
    bits = struct.pack(f"<{channels}H", *[16] * channels)
    bits_value = struct.unpack("<I", bits.ljust(4, b"\0"))[0] if channels <= 2 else bits_at
    photometric = 2 if channels in (3, 4) else 1
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, channels, bits_value),
        (259, 3, 1, 1),
        (262, 3, 1, photometric),
        (273, 4, 1, 8),
        (277, 3, 1, channels),
        (278, 4, 1, height),
        (279, 4, 1, len(content)),
    ]
    if channels == 4:
        tags.append((338, 3, 1, 0))
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + b"\0\0\0\0"
    return struct.pack("<2sHI", b"II", 42, bits_at + len(bits)) + content + bits + directory
