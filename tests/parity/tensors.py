"""A reader and a writer of safetensors files in a few lines of numpy, for interpreters that lack the safetensors
package."""

import json
import pathlib

import numpy as np

TYPES = {
    "F64": np.float64, "F32": np.float32, "F16": np.float16, "I64": np.int64, "I32": np.int32, "I16": np.int16,
    "I8": np.int8, "U8": np.uint8, "BOOL": np.bool_,
}  # fmt: skip


def read(path):
    """The tensors by name, and the metadata. BF16 becomes float32, since numpy has no such type."""
    data = pathlib.Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        if entry["dtype"] == "BF16":
            bits = np.frombuffer(data[begin:end], np.uint16).astype(np.uint32) << 16
            values = bits.view(np.float32)
        else:
            values = np.frombuffer(data[begin:end], TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).copy()
    return tensors, metadata


def write(path, tensors):
    """Writes arrays of float32 by their names."""
    header, place = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [place, place + 4 * values.size]}
        place += 4 * values.size
    text = json.dumps(header).encode()
    content = b"".join(np.ascontiguousarray(values, np.float32).tobytes() for values in tensors.values())
    pathlib.Path(path).write_bytes(len(text).to_bytes(8, "little") + text + content)
