"""Decoding: our images are Pillow's, over a corpus of formats, depths, inks, orientations, chroma and coding options.

Install with `pip install -r tests/parity/requirements-decoding.txt`. Pillow opens each file, turns it as its
orientation says and lays transparency onto white; `ganymede data prepare` writes what the program makes of the same
files.
"""

import io
import pathlib
import struct
import sys
import zlib

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

NEEDED = "not installed: pip install -r tests/parity/requirements-decoding.txt"
np = pytest.importorskip("numpy", reason=f"numpy {NEEDED}")
PIL = pytest.importorskip("PIL", reason=f"Pillow {NEEDED}")
pytest.importorskip("PIL._avif", reason=f"Pillow with AVIF {NEEDED}")
pillow_heif = pytest.importorskip("pillow_heif", reason=f"pillow-heif {NEEDED}")
pytest.importorskip("pillow_jxl", reason=f"pillow-jxl-plugin {NEEDED}")

import icc  # noqa: E402
from PIL import Image, ImageCms, ImageOps  # noqa: E402

pillow_heif.register_heif_opener()

SIDE = (48, 40)  # height, width: neither square nor a multiple of 16, so that edges and turns show

# What a file may differ from Pillow by at most, in levels, over all pixels: decoders of one standard agree to a level
# where they are one library; libjpeg-turbo's versions, and libheif's and libaom's upsampling, round otherwise.
EXACT, ROUNDED, LOSSY, UPSAMPLED = 0, 1, 2, 6
# Little CMS 2.14 and 2.19 are so far apart in a table of inks, in the mean two or three; ours are those of the library
# that is installed, and Pillow brings its own.
OTHER_TABLES = 20


def photo(seed, channels=3):
    """A smooth image with edges and a little noise."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 5, channels), np.uint8)
    bands = [Image.fromarray(small[..., c]).resize(SIDE[::-1], Image.Resampling.BICUBIC) for c in range(channels)]
    pixels = np.stack([np.asarray(band) for band in bands], 2).astype(int) + rng.integers(-3, 4, (*SIDE, channels))
    pixels[8:16, 10:24] = rng.integers(0, 256, channels)
    pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    return pixels if channels > 1 else pixels[..., 0]


def stored(tag, channels=3):
    """An image that has SIDE once it is turned."""
    pixels = photo(tag, channels)
    return Image.fromarray(np.ascontiguousarray(pixels.swapaxes(0, 1) if tag >= 5 else pixels))


def exif(tag):
    data = Image.Exif()
    data[0x0112] = tag
    return data


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png16(pixels, colour):
    """A PNG of 16 bits, which Pillow writes for grey alone."""
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def bmp(pixels, header=40, bits=24, masks=None, top_down=False):
    """A BMP by hand: bit fields, 16 bits and rows from the top, which Pillow reads but does not write."""
    height, width = pixels.shape[:2]
    rows = pixels if top_down else pixels[::-1]
    if bits == 24:
        body = b"".join((row[:, 2::-1].tobytes() + b"\0" * (-3 * width % 4)) for row in rows)
    else:
        size = bits // 8
        body = b""
        for row in rows:
            packed = np.zeros(width, np.uint32)
            for c, mask in enumerate(masks or ()):
                if mask == 0:
                    continue
                shift, most = (mask & -mask).bit_length() - 1, mask // (mask & -mask)
                packed |= (row[:, c].astype(np.uint32) * most // 255) << shift
            data = packed.astype("<u2" if size == 2 else "<u4").tobytes()
            body += data + b"\0" * (-len(data) % 4)
    compression = 3 if masks else 0
    info = struct.pack(
        "<IiiHHIIiiII",
        header,
        width,
        -height if top_down else height,
        1,
        bits,
        compression,
        len(body),
        2835,
        2835,
        0,
        0,
    )
    if masks:
        info += struct.pack("<4I", *(list(masks) + [0] * 4)[:4]) if header > 40 else struct.pack("<3I", *masks[:3])
    info += b"\0" * (header - len(info)) if header > 40 else b""
    return b"BM" + struct.pack("<IHHI", 14 + len(info) + len(body), 0, 0, 14 + len(info)) + info + body


def tiff16(pixels, photometric):
    """A TIFF of 16 bits, which Pillow writes for grey alone."""
    height, width, samples = pixels.shape
    data = pixels.astype("<u2").tobytes()
    tags = [(256, width), (257, height), (258, None), (259, 1), (262, photometric), (273, None), (277, samples),
            (278, height), (279, len(data))]
    after = 8 + 2 + 12 * len(tags) + 4
    entries = b""
    for tag, value in tags:
        if tag == 258:
            entries += struct.pack("<HHII", tag, 3, samples, after)
        else:
            entries += struct.pack("<HHII", tag, 4, 1, after + 2 * samples if value is None else value)
    depths = struct.pack(f"<{samples}H", *[16] * samples)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + b"\0" * 4 + depths + data


class Corpus:
    def __init__(self, folder):
        self.folder, self.tolerances = folder, {}

    def add(self, name, image, kind, tolerance, **options):
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        self.put(name, buffer.getvalue(), tolerance)

    def put(self, name, data, tolerance):
        # Endings say nothing: every file is called the same way.
        (self.folder / f"{name}.image").write_bytes(data)
        self.tolerances[name] = tolerance


def jpegs(corpus):
    for sampling in (0, 1, 2):
        for quality in (30, 75, 95):
            for progressive in (False, True):
                name = f"jpeg-{sampling}-{quality}-{progressive}"
                corpus.add(name, Image.fromarray(photo(quality + sampling)), "JPEG", LOSSY, quality=quality,
                           subsampling=sampling, progressive=progressive)
    for tag in range(1, 9):
        corpus.add(f"jpeg-turned-{tag}", stored(tag), "JPEG", LOSSY, quality=90, exif=exif(tag))
        corpus.add(f"jpeg-grey-turned-{tag}", stored(tag, 1), "JPEG", LOSSY, quality=90, exif=exif(tag))
    for i in range(6):
        inks = Image.fromarray(photo(i, 4), "CMYK")
        corpus.add(f"jpeg-cmyk-{i}", inks, "JPEG", LOSSY, quality=60 + 7 * i)
        buffer = io.BytesIO()
        inks.save(buffer, "JPEG", quality=60 + 7 * i)
        data = buffer.getvalue()
        at = data.index(b"\xff\xee")
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        corpus.put(f"jpeg-cmyk-unmarked-{i}", data[:at] + data[at + 2 + length :], LOSSY)
        ycck = bytearray(data)
        ycck[at + 1 + length] = 2  # Adobe's transform: the same bytes read as YCCK
        corpus.put(f"jpeg-ycck-{i}", bytes(ycck), LOSSY)
    for restart in (1, 4):
        corpus.add(
            f"jpeg-restart-{restart}", Image.fromarray(photo(restart)), "JPEG", LOSSY, restart_marker_blocks=restart
        )
    profile = b"\0" * 36 + b"acsp" + b"\0" * 200
    corpus.add("jpeg-profile", Image.fromarray(photo(3)), "JPEG", LOSSY, icc_profile=profile)


def pngs(corpus):
    for level in (0, 1, 9):
        corpus.add(f"png-{level}", Image.fromarray(photo(level)), "PNG", EXACT, compress_level=level)
        corpus.add(f"png-grey-{level}", Image.fromarray(photo(level, 1)), "PNG", EXACT, compress_level=level)
    for tag in range(2, 9):
        corpus.add(f"png-turned-{tag}", stored(tag), "PNG", EXACT, exif=exif(tag))
    for i in range(4):
        corpus.add(f"png-rgba-{i}", Image.fromarray(photo(i, 4), "RGBA"), "PNG", ROUNDED)
        corpus.add(f"png-la-{i}", Image.fromarray(photo(i, 2), "LA"), "PNG", ROUNDED)
        corpus.add(f"png-palette-{i}", Image.fromarray(photo(i)).quantize(2 + 60 * i), "PNG", EXACT)
        clear = Image.fromarray(photo(i)).quantize(16)
        corpus.add(f"png-palette-clear-{i}", clear, "PNG", EXACT, transparency=i)
    corpus.add("png-1bit", Image.fromarray(photo(5, 1)).convert("1"), "PNG", EXACT)
    plain = io.BytesIO()
    Image.fromarray(photo(11)).save(plain, "PNG")
    for gamma in (22727, 45455, 100000):
        extra = chunk(b"gAMA", struct.pack(">I", gamma))
        corpus.put(f"png-gamma-{gamma}", plain.getvalue()[:33] + extra + plain.getvalue()[33:], EXACT)
    extra = chunk(b"cHRM", struct.pack(">8I", 34570, 35850, 70800, 29200, 17000, 79700, 13100, 4600))
    corpus.put("png-chrm", plain.getvalue()[:33] + extra + plain.getvalue()[33:], EXACT)
    rng = np.random.default_rng(16)
    corpus.put("png-rgb16", png16(rng.integers(0, 65536, (*SIDE, 3)), 2), ROUNDED)
    corpus.put("png-rgba16", png16(rng.integers(0, 65536, (*SIDE, 4)), 6), ROUNDED + 1)


def webps(corpus):
    for quality in (20, 60, 95):
        corpus.add(f"webp-{quality}", Image.fromarray(photo(quality)), "WEBP", LOSSY, quality=quality)
        corpus.add(f"webp-alpha-{quality}", Image.fromarray(photo(quality, 4), "RGBA"), "WEBP", LOSSY, quality=quality)
    for tag in range(2, 9):
        corpus.add(f"webp-turned-{tag}", stored(tag), "WEBP", EXACT, lossless=True, exif=exif(tag))
    frames = [Image.fromarray(photo(i)) for i in range(3)]
    corpus.add("webp-animated", frames[0], "WEBP", EXACT, save_all=True, append_images=frames[1:], lossless=True)


def gifs(corpus):
    for i in range(6):
        paletted = Image.fromarray(photo(i)).quantize(4 + 40 * i)
        corpus.add(f"gif-{i}", paletted, "GIF", EXACT, interlace=i % 2)
        corpus.add(f"gif-clear-{i}", paletted, "GIF", EXACT, transparency=i % 4)
        frames = [Image.fromarray(photo(i + j)).quantize(32) for j in range(3)]
        corpus.add(f"gif-animated-{i}", frames[0], "GIF", EXACT, save_all=True, append_images=frames[1:], duration=50)
    corpus.add("gif-grey", Image.fromarray(photo(9, 1)), "GIF", EXACT)


def bmps(corpus):
    for i in range(4):
        corpus.add(f"bmp-{i}", Image.fromarray(photo(i)), "BMP", EXACT)
        corpus.add(f"bmp-grey-{i}", Image.fromarray(photo(i, 1)), "BMP", EXACT)
        corpus.add(f"bmp-palette-{i}", Image.fromarray(photo(i)).quantize(256), "BMP", EXACT)
        corpus.put(f"bmp-top-down-{i}", bmp(photo(i), top_down=True), EXACT)
        corpus.put(f"bmp-565-{i}", bmp(photo(i), bits=16, masks=(0xF800, 0x7E0, 0x1F)), ROUNDED)
        corpus.put(f"bmp-555-{i}", bmp(photo(i), bits=16, masks=(0x7C00, 0x3E0, 0x1F)), ROUNDED)
        corpus.put(f"bmp-bgrx-{i}", bmp(photo(i), bits=32, masks=(0xFF0000, 0xFF00, 0xFF)), EXACT)
        masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
        corpus.put(f"bmp-bgra-{i}", bmp(photo(i, 4), header=124, bits=32, masks=masks), ROUNDED)
    corpus.add("bmp-1bit", Image.fromarray(photo(4, 1)).convert("1"), "BMP", EXACT)


def tiffs(corpus):
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        corpus.add(f"tiff-{compression}", Image.fromarray(photo(1)), "TIFF", EXACT, compression=compression)
        corpus.add(f"tiff-grey-{compression}", Image.fromarray(photo(2, 1)), "TIFF", EXACT, compression=compression)
        corpus.add(
            f"tiff-palette-{compression}",
            Image.fromarray(photo(3)).quantize(64),
            "TIFF",
            EXACT,
            compression=compression,
        )
        corpus.add(
            f"tiff-rgba-{compression}",
            Image.fromarray(photo(4, 4), "RGBA"),
            "TIFF",
            ROUNDED + 1,
            compression=compression,
        )
        corpus.add(
            f"tiff-la-{compression}",
            Image.fromarray(photo(7, 2), "LA"),
            "TIFF",
            ROUNDED,
            compression=compression,
        )
        corpus.add(
            f"tiff-cmyk-{compression}",
            Image.fromarray(photo(5, 4), "CMYK"),
            "TIFF",
            ROUNDED + 1,
            compression=compression,
        )
    for tag in range(2, 9):
        corpus.add(f"tiff-turned-{tag}", stored(tag), "TIFF", EXACT, tiffinfo={274: tag})
    for seed in (1, 2):
        corpus.put(f"tiff-cmyk16-{seed}", tiff16(np.random.default_rng(seed).integers(0, 65536, (*SIDE, 4)), 5), LOSSY)
    corpus.add("tiff-1bit", Image.fromarray(photo(6, 1)).convert("1"), "TIFF", EXACT, compression="group4")


def newer(corpus):
    for quality in (40, 80):
        for sampling in ("4:4:4", "4:2:0", "4:2:2"):
            corpus.add(f"avif-{quality}-{sampling.replace(':', '')}", Image.fromarray(photo(quality)), "AVIF",
                       LOSSY if sampling == "4:4:4" else UPSAMPLED, quality=quality, subsampling=sampling)
        corpus.add(
            f"avif-alpha-{quality}",
            Image.fromarray(photo(quality, 4), "RGBA"),
            "AVIF",
            UPSAMPLED,
            quality=quality,
            subsampling="4:4:4",
        )
        corpus.add(f"heic-{quality}", Image.fromarray(photo(quality)), "HEIF", UPSAMPLED, quality=quality, chroma=444)
        corpus.add(f"jxl-{quality}", Image.fromarray(photo(quality)), "JXL", LOSSY, quality=quality)
    for tag in range(2, 9):
        corpus.add(f"avif-turned-{tag}", stored(tag), "AVIF", LOSSY, exif=exif(tag), subsampling="4:4:4")
    corpus.add("jxl-lossless", Image.fromarray(photo(1)), "JXL", EXACT, lossless=True)
    corpus.add("jxl-grey", Image.fromarray(photo(2, 1)), "JXL", EXACT, lossless=True)
    corpus.add("jxl-alpha", Image.fromarray(photo(3, 4), "RGBA"), "JXL", ROUNDED, lossless=True)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    made = Corpus(tmp_path_factory.mktemp("pictures") / "set")
    made.folder.mkdir()
    for part in (jpegs, pngs, webps, gifs, bmps, tiffs, newer):
        part(made)
    return made


def as_pillow(path):
    """What Pillow makes of a file: turned, in RGB, transparency on white."""
    image = Image.open(path)
    image.seek(0)
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA")).astype(float)
        alpha = rgba[..., 3:] / 255
        return np.round(rgba[..., :3] * alpha + 255 * (1 - alpha)).astype(int)
    return np.asarray(image.convert("RGB")).astype(int)


@pytest.fixture(scope="module")
def decoded(ganymede, corpus, tmp_path_factory):
    """name -> pixels as the program reads the files. A packed file holds them all behind its first 4,096 bytes."""
    file = tmp_path_factory.mktemp("packed") / "set.packed"
    ganymede("data", "prepare", "folder", "--data", corpus.folder, "--channels", 3, "-o", file)
    names = sorted(path.name for path in corpus.folder.iterdir())
    raw = np.frombuffer(file.read_bytes(), np.uint8, len(names) * SIDE[0] * SIDE[1] * 3, 4096)
    pixels = raw.reshape(len(names), *SIDE, 3).astype(int)
    return {name.removesuffix(".image"): pixels[i] for i, name in enumerate(names)}


def test_the_corpus_is_large(corpus):
    assert len(corpus.tolerances) >= 200


def test_every_image_is_as_pillow_reads_it(corpus, decoded):
    different = {}
    for name, tolerance in corpus.tolerances.items():
        theirs = as_pillow(corpus.folder / f"{name}.image")
        assert theirs.shape == decoded[name].shape, name
        largest = int(abs(theirs - decoded[name]).max())
        if largest > tolerance:
            different[name] = (largest, tolerance)
    assert not different, f"levels apart, and allowed: {different}"


def test_a_flat_image_of_every_turn_is_told_apart(corpus, decoded):
    """The comparison would notice a turn that is left out: no turned image is near its own mirror image."""
    for name in corpus.tolerances:
        if "turned" in name and not name.endswith("-1"):
            assert abs(decoded[name][:, ::-1] - decoded[name]).max() > 50, name
            assert abs(decoded[name][::-1] - decoded[name]).max() > 50, name


def profiled(folder):
    """Files with profiles of RGB, grey and inks, in every format that Pillow writes them in: name -> what ImageCms
    makes."""
    wanted = {}
    srgb = ImageCms.createProfile("sRGB")
    writers = {
        "jpeg": ("JPEG", {"quality": 95}),
        "png": ("PNG", {}),
        "webp": ("WEBP", {"lossless": True}),
        "tiff": ("TIFF", {}),
        "avif": ("AVIF", {"quality": 100, "subsampling": "4:4:4"}),
    }
    for gamma in (1.0, 1.8, 2.6):
        for name, (kind, options) in writers.items():
            wanted[f"rgb-{name}-{gamma}"] = (Image.fromarray(photo(round(10 * gamma))), kind, options, icc.rgb(gamma))
        for name in ("jpeg", "png", "tiff"):
            kind, options = writers[name]
            wanted[f"grey-{name}-{gamma}"] = (
                Image.fromarray(photo(round(20 * gamma), 1)),
                kind,
                options,
                icc.grey(gamma),
            )
    for seed in range(3):
        wanted[f"inks-{seed}"] = (Image.fromarray(photo(seed, 4), "CMYK"), "JPEG", {"quality": 95}, icc.inks())
    theirs = {}
    for name, (image, kind, options, profile) in wanted.items():
        image.save(folder / f"{name}.image", kind, icc_profile=profile, **options)
        opened = Image.open(folder / f"{name}.image")
        assert opened.info["icc_profile"] == profile
        converted = ImageCms.profileToProfile(opened, io.BytesIO(profile), srgb, outputMode="RGB")
        theirs[name] = (np.asarray(opened.convert("RGB")).astype(int), np.asarray(converted).astype(int))
    return theirs


def packed(ganymede, folder, file, *flags, kind=np.uint8, channels=3):
    """name -> pixels of what the program makes of a folder."""
    ganymede("data", "prepare", "folder", "--data", folder, "--channels", channels, *flags, "-o", file)
    names = sorted(path.name.removesuffix(".image") for path in folder.iterdir())
    raw = np.frombuffer(file.read_bytes(), kind, len(names) * SIDE[0] * SIDE[1] * channels, 4096)
    return dict(zip(names, raw.reshape(len(names), *SIDE, channels).astype(int)))


def test_profiles_are_converted_as_imagecms_does(ganymede, tmp_path):
    (tmp_path / "set").mkdir()
    theirs = profiled(tmp_path / "set")
    ours = packed(ganymede, tmp_path / "set", tmp_path / "converted.packed", "--profiles", "convert")
    as_stored = packed(ganymede, tmp_path / "set", tmp_path / "stored.packed")
    different = {}
    for name, (stored_pixels, converted) in theirs.items():
        allowed = OTHER_TABLES if "inks" in name else LOSSY if "avif" in name or "jpeg" in name else ROUNDED
        largest = int(abs(ours[name] - converted).max())
        if largest > allowed:
            different[name] = largest
        if "inks" in name:
            assert abs(ours[name] - converted).mean() < 4 < 8 < abs(as_stored[name] - converted).mean(), name
        else:
            assert abs(as_stored[name] - stored_pixels).max() <= LOSSY, name
        assert abs(converted - stored_pixels).max() > 8, f"{name}: the profile changes nothing to be seen"
    assert not different, f"levels apart: {different}"


def test_sixteen_bits_are_those_of_the_file(ganymede, tmp_path):
    (tmp_path / "set").mkdir()
    rng = np.random.default_rng(3)
    written = {}
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        written[f"tiff-{compression}"] = rng.integers(0, 65536, SIDE).astype(np.uint16)
        Image.fromarray(written[f"tiff-{compression}"]).save(tmp_path / "set" / f"tiff-{compression}.image", "TIFF",
                                                             compression=compression)
    written["png"] = rng.integers(0, 65536, SIDE).astype(np.uint16)
    Image.fromarray(written["png"]).save(tmp_path / "set" / "png.image", "PNG")
    ours = packed(ganymede, tmp_path / "set", tmp_path / "set.packed", "--bits", 16, kind=np.uint16, channels=1)
    for name, pixels in written.items():
        assert (ours[name][..., 0] == pixels).all(), name
    low = packed(ganymede, tmp_path / "set", tmp_path / "low.packed", channels=1)
    for name, pixels in written.items():
        assert (low[name][..., 0] == np.round(pixels / 257)).all(), name
