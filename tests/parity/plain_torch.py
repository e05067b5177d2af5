"""A recipe's generator in plain PyTorch, in evaluation mode, written without looking at our layers' code paths."""

import torch
import torch.nn.functional as F

MASK = (1 << 64) - 1


def mix64(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def stream_seed(seed, name, position=0):
    """As src/ganymede/core/random.h: what a named random stream starts from."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return mix64(mix64(mix64(seed) ^ value) ^ position)


def latents(recipe, count, seed):
    """The z of `ganymede sample`: each image's own stream, so that image i is the same whatever the count."""
    options = recipe.get("latent", {})
    rows = []
    for i in range(count):
        generator = torch.Generator().manual_seed(signed(stream_seed(seed, "sample", i)))
        row = torch.empty(1, options.get("size", 100))
        if options.get("distribution", "normal") == "uniform":
            rows.append(row.uniform_(-1, 1, generator=generator))
        else:
            rows.append(row.normal_(0, 1, generator=generator))
    return torch.cat(rows)


def signed(seed):
    """Python's manual_seed takes the bits of a seed above 2^63 as a negative number only."""
    return seed - (1 << 64) if seed >> 63 else seed


def named_layers(layers):
    """(name, kind, options) as in model files: conv_1, conv_2, ... A layer is a table, or a word for one without."""
    counts = {}
    for layer in layers:
        kind = layer if isinstance(layer, str) else next(key for key in layer if key in LAYERS)
        counts[kind] = counts.get(kind, 0) + 1
        yield f"{kind}_{counts[kind]}", kind, {} if isinstance(layer, str) else layer


def dense(x, options, own):
    return F.linear(x, own["weight"], own.get("bias"))


def reshape(x, options, own):
    return x.reshape(x.shape[0], *options["reshape"])


def conv_transpose(x, options, own):
    stride, kernel = options.get("stride", 1), options["kernel"]
    padding, extra = options.get("padding", 0), options.get("output_padding", 0)
    if padding != "same":
        return F.conv_transpose2d(x, own["weight"], own.get("bias"), stride, padding, extra)
    # TensorFlow's "same": all of the output, then input * stride of it; an odd surplus loses one more at the end.
    whole = F.conv_transpose2d(x, own["weight"], own.get("bias"), stride)
    size = x.shape[2] * stride
    begin = max(kernel - stride, 0) // 2
    return whole[:, :, begin : begin + size, begin : begin + size]


def batch_norm(x, options, own):
    return F.batch_norm(
        x, own["running_mean"], own["running_var"], own["weight"], own["bias"], eps=options.get("epsilon", 1e-5)
    )


LAYERS = {
    "dense": dense,
    "reshape": reshape,
    "conv_transpose": conv_transpose,
    "batch_norm": batch_norm,
    "relu": lambda x, options, own: F.relu(x),
    "leaky_relu": lambda x, options, own: F.leaky_relu(x, options.get("leaky_relu", 0.2)),
    "tanh": lambda x, options, own: torch.tanh(x),
    "sigmoid": lambda x, options, own: torch.sigmoid(x),
}


def generate(recipe, tensors, z, prefix="generator"):
    """Images in [-1, 1], [N, C, H, W], from numpy tensors by their names in the file."""
    used = set()
    x = z
    for name, kind, options in named_layers(recipe["generator"]["layers"]):
        start = f"{prefix}.{name}."
        own = {key[len(start) :]: torch.from_numpy(value) for key, value in tensors.items() if key.startswith(start)}
        used.update(start + key for key in own)
        x = LAYERS[kind](x, options, own)
    unused = {key for key in tensors if key.startswith(prefix + ".")} - used
    assert not unused, f"tensors that no layer uses: {sorted(unused)}"
    return x


def pixels(images):
    """[N, H, W, C] in uint8, as the program quantises: x * 127.5 + 128, rounded down."""
    return (images * 127.5 + 128).clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
