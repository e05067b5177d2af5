"""Made data of 16 bits and any number of channels, as NumPy's arrays, without NumPy."""
import ast
import random
import struct


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
    return header["shape"], list(numbers) if header["descr"] == "|u1" else list(struct.unpack(f"<{len(numbers) // 2}H", numbers))


def images(count, height, width, channels, low=20_000, high=20_200, seed=1):
    """Images whose samples lie so close that 8 bits would make them one level."""
    numbers = random.Random(seed)
    samples = [numbers.randrange(low, high) for _ in range(count * height * width * channels)]
    shape = (count, height, width, channels) if channels > 1 else (count, height, width)
    return npy("<u2", shape, struct.pack(f"<{len(samples)}H", *samples))
