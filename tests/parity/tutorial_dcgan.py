"""The DCGAN of PyTorch's tutorial, by its own script: networks, initialisation, losses and optimisers as there.

    tutorial_dcgan.py IMAGES STEPS OUT      trains on a folder of PNGs; writes OUT/netG.pth and OUT/netD.pth"""

import pathlib
import sys

import torch
from torch import nn

import png

SIZE, BATCH, NZ, NGF, NDF = 64, 16, 100, 64, 64


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(NZ, NGF * 8, 4, 1, 0, bias=False), nn.BatchNorm2d(NGF * 8), nn.ReLU(True),
            nn.ConvTranspose2d(NGF * 8, NGF * 4, 4, 2, 1, bias=False), nn.BatchNorm2d(NGF * 4), nn.ReLU(True),
            nn.ConvTranspose2d(NGF * 4, NGF * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(NGF * 2), nn.ReLU(True),
            nn.ConvTranspose2d(NGF * 2, NGF, 4, 2, 1, bias=False), nn.BatchNorm2d(NGF), nn.ReLU(True),
            nn.ConvTranspose2d(NGF, 3, 4, 2, 1, bias=False), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z):
        return self.main(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(3, NDF, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(NDF, NDF * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(NDF * 2), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(NDF * 2, NDF * 4, 4, 2, 1, bias=False), nn.BatchNorm2d(NDF * 4), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(NDF * 4, NDF * 8, 4, 2, 1, bias=False), nn.BatchNorm2d(NDF * 8), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(NDF * 8, 1, 4, 1, 0, bias=False), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, x):
        return self.main(x)


def weights_init(module):
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.constant_(module.bias, 0)


def images_of(folder):
    images = torch.stack([torch.from_numpy(png.read(file).copy()) for file in sorted(folder.glob("*.png"))])
    return nn.functional.interpolate(images.permute(0, 3, 1, 2).float(), size=SIZE) / 127.5 - 1


def train(images, steps):
    torch.manual_seed(999)
    generator, discriminator = Generator(), Discriminator()
    generator.apply(weights_init)
    discriminator.apply(weights_init)
    loss = nn.BCELoss()
    update_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    update_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    for step in range(steps):
        real = images[torch.arange(step * BATCH, (step + 1) * BATCH) % len(images)]
        discriminator.zero_grad()
        loss(discriminator(real).view(-1), torch.ones(BATCH)).backward()
        fake = generator(torch.randn(BATCH, NZ, 1, 1))
        loss(discriminator(fake.detach()).view(-1), torch.zeros(BATCH)).backward()
        update_d.step()
        generator.zero_grad()
        loss(discriminator(fake).view(-1), torch.ones(BATCH)).backward()
        update_g.step()
    return generator, discriminator


if __name__ == "__main__":
    out = pathlib.Path(sys.argv[3])
    for name, network in zip(("netG", "netD"), train(images_of(pathlib.Path(sys.argv[1])), int(sys.argv[2]))):
        torch.save(network.state_dict(), out / f"{name}.pth")
