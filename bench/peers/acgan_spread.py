#!/usr/bin/env python3
"""How much the noise changes what an ACGAN generates of a class, beside how much the class does: for our runs, and for
a plain PyTorch loop of recipes/cifar10-acgan64.toml.

    bench/peers/acgan_spread.py RUN...                                       (needs Pillow, numpy)
    bench/peers/acgan_spread.py --train 336 --data cifar-10-binary.tar.xz    (needs PyTorch as well)

Prints two standard deviations, in grey levels of 255, averaged over pixels: of 20 images of the same class, and of the
classes' mean images. A generator that has collapsed within its classes has a small first one.
"""
import argparse, pathlib, subprocess, tarfile, tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split()
EACH = 20


def report(what, images):  # [EACH, classes, ...]
    print(
        f"{what}: {images.std(0, ddof=1).mean():.2f} over the noise, "
        f"{images.mean(0).std(0, ddof=1).mean():.2f} over the classes",
        flush=True,
    )


def measure(program, run):
    from PIL import Image
    generated = []
    with tempfile.TemporaryDirectory() as folder:
        for name in CLASSES:
            place = pathlib.Path(folder, name)
            subprocess.run(
                [program, "-q", "--threads", "1", "sample", run, "-n", str(EACH), "--class", name, "-o", place],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            generated.append(
                [np.asarray(Image.open(file).convert("RGB"), float) for file in sorted(place.glob("*.png"))]
            )
    report(run, np.swapaxes(np.array(generated), 0, 1))


def networks():
    """Generator and discriminator of recipes/cifar10-acgan64.toml."""
    import torch
    from torch import nn

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, layers, before = nn.Embedding(10, 100), [], 200
            for i, width in enumerate((1024, 512, 256, 128)):
                layers += [
                    nn.ConvTranspose2d(before, width, 4, 2 if i else 1, 1 if i else 0, bias=False),
                    nn.BatchNorm2d(width, momentum=0.9),
                    nn.ReLU(True),
                ]
                before = width
            self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(before, 3, 4, 2, 1), nn.Tanh())

        def forward(self, z, y): return self.layers(torch.cat([z, self.embedding(y)], 1)[:, :, None, None])

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            layers = [nn.Conv2d(3, 64, 4, 2, 1), nn.LeakyReLU(0.2)]
            for before, width in ((64, 128), (128, 256), (256, 512)):
                layers += [nn.Conv2d(before, width, 4, 2, 1), nn.BatchNorm2d(width), nn.LeakyReLU(0.2)]
            self.trunk, self.adversarial, self.classes = (
                nn.Sequential(*layers, nn.Flatten()),
                nn.Linear(8192, 1),
                nn.Linear(8192, 10),
            )

        def forward(self, x):
            features = self.trunk(x)
            return self.adversarial(features)[:, 0], self.classes(features)

    generator, discriminator = Generator(), Discriminator()
    for module in list(generator.layers) + list(discriminator.modules()):
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            nn.init.normal_(module.weight, 0, 0.02)
            if module.bias is not None: nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1, 0.02)
    return (net.to(memory_format=torch.channels_last) for net in (generator, discriminator))


def train(steps, archive, threads, batch=64):
    import torch
    from torch.nn import functional as F
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    with tarfile.open(archive) as files:
        records = np.concatenate(
            [
                np.frombuffer(files.extractfile(f"cifar-10-batches-bin/data_batch_{i}.bin").read(), np.uint8)
                for i in range(1, 6)
            ]
        ).reshape(-1, 3073)
    images, labels = torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(
        records[:, 0].astype(np.int64)
    )

    generator, discriminator = networks()
    optimizers = [torch.optim.Adam(net.parameters(), 1.5e-4, (0.5, 0.999)) for net in (generator, discriminator)]

    def loss(output, real, y):
        scores, classes = (part.float() for part in output)
        return F.binary_cross_entropy_with_logits(scores, torch.full_like(scores, real)) + F.cross_entropy(classes, y)

    fixed_noise, fixed_classes = torch.randn(EACH, 100).repeat_interleave(10, 0), torch.arange(10).repeat(EACH)
    half = torch.autocast("cpu", torch.bfloat16)
    for step in range(1, steps + 1):
        pick = torch.randint(0, len(images), (batch,))
        real, y, z, fake_y = (
            images[pick].float() / 127.5 - 1,
            labels[pick],
            torch.randn(batch, 100),
            torch.randint(0, 10, (batch,)),
        )
        real = F.interpolate(real, size=64, mode="bilinear")
        with half:
            fake = generator(z, fake_y)
            of_real, of_fake = discriminator(real), discriminator(fake.detach())
        optimizers[1].zero_grad()
        (0.5 * (loss(of_real, 1.0, y) + loss(of_fake, 0.0, fake_y))).backward()
        optimizers[1].step()
        with half: of_fake = discriminator(fake)
        optimizers[0].zero_grad()
        loss(of_fake, 1.0, fake_y).backward()
        optimizers[0].step()
        if step % 28 == 0 or step == steps:
            with torch.no_grad(), half:
                generated = generator(fixed_noise, fixed_classes).float() * 127.5
            report(f"PyTorch {torch.__version__}, step {step}", generated.reshape(EACH, 10, -1).numpy())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("runs", nargs="*")
    p.add_argument("--program", default=str(ROOT / "build/release/ganymede"))
    p.add_argument("--train", type=int, default=0, metavar="STEPS")
    p.add_argument("--data")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    for run in a.runs: measure(a.program, run)
    if a.train: train(a.train, a.data, a.threads)


if __name__ == "__main__":
    main()
