"""A recipe's networks as a PyTorch user writes them: an nn.Sequential with one module for each layer of the list, so
that its state_dict() has the names that docs/exchange.md promises. Written without looking at our layers' code paths;
every kind of layer of the shipped recipes is here."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm


class Stack(nn.Sequential):
    """Layers in their order; those that look at labels get them. What is not numbered is a head."""

    def forward(self, x, label=None):
        for name, module in self.named_children():
            if name.isdigit():
                x = module(x, label) if getattr(module, "takes_label", False) else module(x)
        heads = [module(x, label) for name, module in self.named_children() if not name.isdigit()]
        return (x if not heads else heads[0]) if len(heads) < 2 else tuple(heads)


class Residual(nn.Module):
    takes_label = True

    def __init__(self, branch, shortcut):
        super().__init__()
        self.branch = branch
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x, label):
        beside = self.shortcut(x, label) if hasattr(self, "shortcut") else x
        return self.branch(x, label) + beside


class LabelEmbedding(nn.Embedding):
    takes_label = True

    def forward(self, x, label):
        return torch.cat([x, super().forward(label)], 1)


class ConditionalBatchNorm(nn.Module):
    takes_label = True

    def __init__(self, classes, channels, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(classes, channels))
        self.bias = nn.Parameter(torch.zeros(classes, channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.epsilon = epsilon

    def forward(self, x, label):
        y = F.batch_norm(x, self.running_mean, self.running_var, eps=self.epsilon)
        over_pixels = (..., *(None,) * (x.dim() - 2))
        return y * self.weight[label][over_pixels] + self.bias[label][over_pixels]


class Projection(nn.Linear):
    """Miyato and Koyama 2018: the score of the features, and their product with the class's vector."""

    takes_label = True

    def __init__(self, features, classes, normalised):
        super().__init__(features, 1)
        self.classes = nn.Embedding(classes, features)
        if normalised:
            spectral_norm(self, dim=0)
            spectral_norm(self.classes, dim=0)

    def forward(self, x, label):
        return super().forward(x) + (x * self.classes(label)).sum(1, keepdim=True)


class MinibatchDeviation(nn.Module):
    """Karras et al. 2018; a batch here is no larger than a group."""

    def forward(self, x):
        deviation = (x.var(0, unbiased=False) + 1e-8).sqrt().mean()
        return torch.cat([x, deviation.expand(len(x), 1, *x.shape[2:])], 1)


class GlobalPool(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.how = how

    def forward(self, x):
        return x.sum((2, 3)) if self.how == "sum" else x.mean((2, 3))


class Filtered(nn.Module):
    """Doubles or halves with the filter [1, 2, 1], aligned as in Karras et al. 2019; beyond the edges are zeros."""

    def __init__(self, enlarges):
        super().__init__()
        self.enlarges = enlarges

    def forward(self, x):
        one = torch.tensor([1.0, 2.0, 1.0], dtype=x.dtype) / 4
        kernel = (one[:, None] * one[None, :]).expand(x.shape[1], 1, 3, 3)
        if self.enlarges:
            whole = F.conv_transpose2d(x, 4 * kernel, stride=2, groups=x.shape[1])
            return whole[:, :, : 2 * x.shape[2], : 2 * x.shape[3]]
        return F.conv2d(x, kernel, stride=2, padding=1, groups=x.shape[1])


class SameConv(nn.Conv2d):
    """Padded as TensorFlow's "same": ceil(size / stride) pixels, an odd surplus at the end."""

    def forward(self, x):
        edges = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1]):
            surplus = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            edges += [surplus // 2, surplus - surplus // 2]
        return super().forward(F.pad(x, edges))


class SameConvTranspose(nn.ConvTranspose2d):
    """size * stride pixels of the whole output; an odd surplus loses one more at the end."""

    def forward(self, x):
        begin = max(self.kernel_size[0] - self.stride[0], 0) // 2
        height, width = (size * self.stride[0] for size in x.shape[2:])
        return super().forward(x)[:, :, begin : begin + height, begin : begin + width]


def expanded(layers, blocks, values=None):
    """The list with blocks in their places, and their parameters in theirs."""
    for layer in layers:
        if isinstance(layer, str):
            yield layer, {}
        elif "use" in layer:
            block = blocks[layer["use"]]
            own = {} if isinstance(block, list) else {key: value for key, value in block.items() if key != "layers"}
            own.update({key: value for key, value in layer.items() if key in own})
            for _ in range(layer.get("times", 1)):
                yield from expanded(block if isinstance(block, list) else block["layers"], blocks, own)
        else:
            put = {
                key: values[value[1:]] if isinstance(value, str) and value.startswith("$") else value
                for key, value in layer.items()
            }
            yield next(iter(put)), put


def convolution(kind, o, channels):
    same = o.get("padding") == "same"
    rest = {"kernel_size": o.get("kernel", 3), "stride": o.get("stride", 1), "bias": o.get("bias", True)}
    rest["padding"] = 0 if same else o.get("padding", 0)
    if kind == "conv":
        return (SameConv if same else nn.Conv2d)(channels, o[kind], groups=o.get("groups", 1), **rest)
    rest["output_padding"] = o.get("output_padding", 0)
    return (SameConvTranspose if same else nn.ConvTranspose2d)(channels, o[kind], **rest)


def module(kind, o, shape, blocks):
    channels = shape[0]
    if kind in ("conv", "conv_transpose", "dense"):
        made = nn.Linear(channels, o[kind], o.get("bias", True)) if kind == "dense" else convolution(kind, o, channels)
        return spectral_norm(made, dim=0) if o.get("spectral_norm") else made
    if kind == "residual":
        shortcut = stack(o["shortcut"], shape, blocks)[0] if "shortcut" in o else None
        return Residual(stack(o[kind], shape, blocks)[0], shortcut)
    if kind in ("upsample", "avg_pool") and o.get("mode") == "filtered":
        return Filtered(kind == "upsample")
    norm = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
    return {
        "batch_norm": lambda: norm(channels, eps=o.get("epsilon", 1e-5)),
        "instance_norm": lambda: nn.InstanceNorm2d(channels, affine=o.get("affine", True)),
        "conditional_batch_norm": lambda: ConditionalBatchNorm(o["classes"], channels, o.get("epsilon", 1e-5)),
        "label_embedding": lambda: LabelEmbedding(o["classes"], o[kind]),
        "projection": lambda: Projection(channels, o["classes"], o.get("spectral_norm")),
        "minibatch_stddev": MinibatchDeviation,
        "relu": nn.ReLU,
        "leaky_relu": lambda: nn.LeakyReLU(o[kind]),
        "tanh": nn.Tanh,
        "dropout": lambda: nn.Dropout(o[kind]),
        "reshape": lambda: nn.Unflatten(1, tuple(o[kind])),
        "flatten": nn.Flatten,
        "upsample": lambda: nn.Upsample(scale_factor=o[kind]),
        "avg_pool": lambda: nn.AvgPool2d(o[kind]),
        "global_pool": lambda: GlobalPool(o[kind]),
    }[kind]()


def stack(layers, shape, blocks, heads=None):
    """The modules, in evaluation mode, and the shape that they give one image."""
    out = Stack()
    for kind, options in expanded(layers, blocks):
        made = module(kind, options, shape, blocks).eval()
        with torch.no_grad():
            x = torch.zeros(1, *shape)
            label = torch.zeros(1, dtype=torch.long)
            shape = tuple((made(x, label) if getattr(made, "takes_label", False) else made(x)).shape[1:])
        out.append(made) if hasattr(out, "append") else out.add_module(str(len(out)), made)
    for name, own in (heads or {}).items():
        out.add_module(name, stack(own, shape, blocks)[0])
    return out.eval(), shape


def as_after_training(network, generator):
    """Random tensors of a usual size; variances above 0; power iteration has found its vectors."""
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            noise = torch.randn(tensor.shape, generator=generator) if tensor.is_floating_point() else None
            if name.endswith("running_var"):
                tensor.copy_(0.5 + noise.square())
            elif name.endswith("running_mean"):
                tensor.copy_(0.1 * noise)
            elif tensor.dim() == 1 and name.endswith("bias"):
                tensor.copy_(0.1 * noise)
        network.train()
        for part in network.modules():
            for hook in part._forward_pre_hooks.values():
                for _ in range(20):
                    hook(part, None)
        network.eval()
    return network
