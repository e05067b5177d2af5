#!/usr/bin/env python3
"""Times a training step of one DCGAN at several batch sizes, widths and image sizes, and draws the seconds over the
arithmetic beside what the arithmetic alone would take.

    bench/scaling.py build/release/ganymede -o docs/images/scaling.svg

The networks are those of bench/peers/dcgan64.toml; of BASE one of the three is changed at a time. A width is the number
of filters of the layers next to the image; towards the latent vector each layer has twice as many at half the size,
down to 4x4, so an image of twice the size has one layer more in either network. `ganymede bench` times the steps and
counts their multiply-adds. All points are timed in turn, --times times, and a table of medians is printed. The line of
the arithmetic is the multiply-adds by the rate of a matrix product (two operations each), the median of those measured
beside the steps: what a point is above it, products that are slower than that one take, and all that is no product.
`ganymede plot` has no logarithmic axes. Nothing else must run meanwhile.
"""

import argparse
import fractions
import json
import math
import pathlib
import statistics
import subprocess
import sys
import typing
import xml.sax.saxutils

ROOT = pathlib.Path(__file__).resolve().parents[1]
RECIPE = ROOT / "bench/peers/dcgan64.toml"
STEPS = 10  # of which each time is the median


class Point(typing.NamedTuple):
    batch: int
    width: int
    size: int


BASE = Point(batch=64, width=64, size=64)
SERIES = {
    "batch size": [BASE._replace(batch=batch) for batch in (16, 32, 64, 128, 256)],
    "width": [BASE._replace(width=width) for width in (16, 32, 64, 128)],
    "image size": [BASE._replace(size=size) for size in (16, 32, 64, 128)],
}


def name_of(point, changed=("batch size", "width", "image size")):
    names = {"batch size": f"batch {point.batch}", "width": f"width {fractions.Fraction(point.width, BASE.width)}"}
    names["image size"] = f"{point.size}x{point.size}"
    return ", ".join(names[each] for each in changed)


class Timed(typing.NamedTuple):
    point: Point
    multiply_adds: float  # of a step
    seconds: list  # of a step, in each round

    @property
    def median(self):
        return statistics.median(self.seconds)


class Measured(typing.NamedTuple):
    timed: list
    rates: list  # operations a second of a matrix product
    precision: str
    threads: int

    @property
    def rate(self):
        return statistics.median(self.rates)

    @property
    def conditions(self):
        return f"{self.precision}, {self.threads} thread{'s' * (self.threads != 1)}"

    def floor(self, multiply_adds):
        """Seconds that the arithmetic alone takes."""
        return 2 * multiply_adds / self.rate


def conv(kind, width, stride=2, padding=1):
    return f"{{ {kind} = {width}, kernel = 4, stride = {stride}, padding = {padding}, bias = false }}"


def layers(point):
    """The layer lists of the generator and of the discriminator, as TOML."""
    widths = [point.width << block for block in range(int(math.log2(point.size)) - 2)]
    slope = "{ leaky_relu = 0.2 }"
    generator = ["{ reshape = [100, 1, 1] }", conv("conv_transpose", widths[-1], stride=1, padding=0)]
    for width in (*widths[-2::-1], 3):
        generator += ['"batch_norm"', '"relu"', conv("conv_transpose", width)]
    discriminator = [conv("conv", widths[0]), slope]
    for width in widths[1:]:
        discriminator += [conv("conv", width), '"batch_norm"', slope]
    discriminator += [conv("conv", 1, stride=1, padding=0), '"flatten"']
    return f"[{', '.join(generator)}, \"tanh\"]", f"[{', '.join(discriminator)}]"


def bench(program, point, precision):
    """What `ganymede bench` says of a point."""
    generator, discriminator = layers(point)
    words = [program, "-q", "bench", RECIPE, "--batch-size", point.batch, "--steps", STEPS, "--precision", precision]
    words += ["--set", f"data.size={point.size}", "--set", f"generator.layers={generator}"]
    words += ["--set", f"discriminator.layers={discriminator}", "--json"]
    try:
        said = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    except OSError as error:
        raise SystemExit(f"error: {program}: {error.strerror}; build it with scripts/build") from None
    if said.returncode != 0:
        errors = [row for row in said.stderr.splitlines() if row.startswith("error: ")]
        raise SystemExit(errors[-1] if errors else f"error: {program}: bench ended with {said.returncode}")
    return json.loads(said.stdout)


def measure(program, points, times, precision):
    """Each point so often, one after another, so that a machine whose speed drifts is fair to all."""
    answers = {point: [] for point in points}
    for number in range(1, times + 1):
        for point in answers:
            print(f"round {number} of {times}: {name_of(point)}", file=sys.stderr, flush=True)
            answers[point].append(bench(program, point, precision))
    timed, rates = [], []
    for point, each in answers.items():
        work = each[-1]["gflops"] * 1e9 * each[-1]["seconds_per_step"] / 2
        timed.append(Timed(point, work, [answer["seconds_per_step"] for answer in each]))
        rates += [answer["ceiling_gflops"] * 1e9 for answer in each]
    return Measured(timed, rates, each[-1]["precision"], each[-1]["threads"])


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def table(measured):
    titles = ["batch", "width (filters)", "image", "multiply-adds", "s a step", "of the rounds", "arithmetic alone, s"]
    titles += ["of a product"]
    yield f"| {' | '.join(titles)} |"
    yield "|---" * len(titles) + "|"
    for (batch, width, size), work, seconds in measured.timed:
        median, floor = statistics.median(seconds), measured.floor(work)
        yield (
            f"| {batch} | {fractions.Fraction(width, BASE.width)} ({width}) | {size}x{size} | {work / 1e9:.3g}G | "
            f"{median:.3g} | {min(seconds):.3g} to {max(seconds):.3g} | {floor:.3g} | {100 * floor / median:.0f} % |"
        )


# The chart. Its colours are those of src/ganymede/image/: on a ground of its own it is legible on dark pages too.
CARD, BORDER, GRID, AXIS, TEXT, MUTED = "#fcfcfd", "#dfe3e8", "#e9ecf0", "#aeb6c0", "#1f2933", "#5b6673"
STYLES = {  # colour, a darker one for letters, width of the line: where series coincide, all are seen
    "batch size": ("#0072b2", "#005a8c", 5),
    "width": ("#d55e00", "#a34800", 3.2),
    "image size": ("#009e73", "#00694d", 1.6),
}
DASHED = ' stroke-width="1.5" stroke-dasharray="6 3"'
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 800, 600, 86, 776, 106, 532
LETTER, LINE = 6.8, 12  # of a label: what a letter takes, and how high it is


class Scale:
    """A logarithmic axis: values from `low` to `high`, and some room, are drawn from `start` to `end`."""

    def __init__(self, low, high, start, end):
        room = 0.08 * math.log(high / low) + 0.1
        self.low, self.high, self.start, self.end = low * math.exp(-room), high * math.exp(room), start, end

    def __call__(self, value):
        part = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + part * (self.end - self.start), 1)

    def ticks(self):
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)))
        values = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        return [value for value in values if self.low <= value <= self.high]


def text(x, y, words, anchor="start", colour=TEXT, more=""):
    words = xml.sax.saxutils.escape(words)
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{more}>{words}</text>'


def line(points, colour, more=""):
    path = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}"{more}/>'


def marker(x, y, name):
    """A circle holds the square, the square the triangle: one point of all series shows all three."""
    look = f'fill="{STYLES[name][0]}" stroke="{CARD}"'
    if name == "batch size":
        return f'<circle cx="{x}" cy="{y}" r="7.5" {look}/>'
    square, triangle = [(-5, -5), (5, -5), (5, 5), (-5, 5)], [(-5.2, 4), (5.2, 4), (0, -5.6)]
    corners = square if name == "width" else triangle
    path = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{path}" {look}/>'


def axes(x, y):
    for value in y.ticks():
        yield line([(LEFT, y(value)), (RIGHT, y(value))], GRID)
        yield text(LEFT - 8, y(value) + 4, f"{value:g}", "end", MUTED)
    for value in x.ticks():
        yield line([(x(value), TOP), (x(value), BOTTOM)], GRID)
        yield text(x(value), BOTTOM + 20, f"{value / 1e9:g}G", "middle", MUTED)
    yield line([(LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)], AXIS)
    yield text((LEFT + RIGHT) / 2, BOTTOM + 44, "multiply-adds of a step", "middle", MUTED)
    yield text(0, 0, "seconds", "middle", MUTED, f' transform="translate(28 {(TOP + BOTTOM) / 2}) rotate(-90)"')


def head(measured):
    title = f"Seconds of a DCGAN's step by its arithmetic ({measured.conditions})"
    yield text(24, 40, title, more=' font-size="17" font-weight="bold"')
    at = LEFT
    for name, (colour, _, wide) in STYLES.items():
        yield line([(at, 74), (at + 28, 74)], colour, f' stroke-width="{wide}"') + marker(at + 14, 74, name)
        yield text(at + 36, 78, name)
        at += 60 + LETTER * len(name)
    yield line([(at, 74), (at + 28, 74)], MUTED, DASHED)
    yield text(at + 36, 78, f"arithmetic alone, at {measured.rate / 1e9:,.0f} GFLOP/s")


def boxes_beside(x, y, words):
    """Where a label may stand, the best first: the anchor, and a box (left, top, right, bottom)."""
    wide = LETTER * len(words)
    for far in (10, 18, 30, 44, 60):
        for dx, dy in ((-1, -0.7), (1, 0.7), (-1, 0), (1, 0), (0, -1), (0, 1), (1, -0.7), (-1, 0.7)):
            left = x + dx * far - wide * (1 - dx) / 2
            middle = y + dy * (far + LINE / 2)
            yield ("end", "middle", "start")[dx + 1], (left, middle - LINE / 2, left + wide, middle + LINE / 2)


def crossings(box, lines, taken):
    """How bad a place is: what of lines, of markers and of other labels is there, and how much of it is outside."""
    left, top, right, bottom = box
    outside = left < LEFT + 4 or right > RIGHT or top < TOP or bottom > BOTTOM - 2
    met = sum(left - 2 < other[2] and other[0] < right + 2 and top < other[3] and other[1] < bottom for other in taken)
    hidden = 0
    for (x1, y1), (x2, y2) in lines:
        parts = max(1, int(math.hypot(x2 - x1, y2 - y1) / 4))
        on = [(x1 + (x2 - x1) * part / parts, y1 + (y2 - y1) * part / parts) for part in range(parts + 1)]
        hidden += sum(left - 2 < px < right + 2 and top < py < bottom for px, py in on)
    return 1000 * outside + 100 * met + 10 * hidden


def labels(places, lines):
    """The labels of `places`, each (x, y, words, colour) once and where least is in its way; where it stands apart, a
    hairline leads to its point."""
    taken = [(x - 7, y - 7, x + 7, y + 7) for x, y, _, _ in places]
    for x, y, words, colour in dict.fromkeys(places):
        found = list(boxes_beside(x, y, words))
        best = min(range(len(found)), key=lambda at: crossings(found[at][1], lines, taken) + at)
        anchor, (left, top, right, bottom) = found[best]
        taken.append(found[best][1])
        if best >= 16:
            yield line([(x, y), (min(max(x, left), right), min(max(y, top), bottom))], AXIS)
        at = {"start": left, "middle": (left + right) / 2, "end": right}[anchor]
        yield text(at, bottom - 2, words, anchor, colour)


def curves(measured, x, y):
    """The arithmetic's line; of each series a line, its points and what their rounds spread over; labels."""
    straight = [(x(work), y(measured.floor(work))) for work in (x.low, x.high)]
    drawn, marks, lines, places = [line(straight, MUTED, DASHED + ' clip-path="url(#plot)"')], [], [straight], []
    for name, (colour, dark, wide) in STYLES.items():
        timed = sorted((one for one in measured.timed if one.point in SERIES[name]), key=lambda one: one.multiply_adds)
        at = [(x(one.multiply_adds), y(one.median)) for one in timed]
        lines += zip(at, at[1:])
        drawn.append(line(at, colour, f' stroke-width="{wide}"'))
        for one, (px, py) in zip(timed, at):
            spread = [(px, y(min(one.seconds))), (px, y(max(one.seconds)))]
            marks += [line(spread, colour), marker(px, py, name)]
            label = (name_of(BASE), TEXT) if one.point == BASE else (name_of(one.point, [name]), dark)
            places.append((px, py, *label))
    return [*drawn, *labels(places, lines), *marks]


def chart(measured):
    """The SVG."""
    works = [one.multiply_adds for one in measured.timed]
    seconds = [value for one in measured.timed for value in one.seconds] + [measured.floor(work) for work in works]
    x = Scale(min(works), max(works), LEFT, RIGHT)
    y = Scale(min(seconds), max(seconds), BOTTOM, TOP)
    drawn = "\n".join([*axes(x, y), *head(measured), *curves(measured, x, y)])
    return f"""<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" height="{HEIGHT}" \
viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">
<title>Seconds of a step over its multiply-adds, at several batch sizes, widths and image sizes</title>
<clipPath id="plot"><rect x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{BOTTOM - TOP}"/></clipPath>
<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10" fill="{CARD}" stroke="{BORDER}"/>
{drawn}
</svg>
"""


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("program", metavar="PROGRAM")
    p.add_argument("-o", "--output", type=pathlib.Path, required=True, metavar="FILE.svg", help="the chart")
    p.add_argument("--times", type=int, default=5, metavar="N", help="how often each point is timed (5)")
    p.add_argument("--precision", choices=["auto", "bf16", "f32"], default="auto")
    a = p.parse_args()
    if a.output.suffix != ".svg":
        raise SystemExit(f"error: {a.output}: charts are written as SVG only; name one with -o FILE.svg")
    if not a.output.parent.is_dir():
        raise SystemExit(f"error: {a.output}: no such folder; make it first")
    if a.times < 1:
        raise SystemExit(f"error: --times {a.times}: must be 1 or more")
    points = list(dict.fromkeys(point for points in SERIES.values() for point in points))
    measured = measure(a.program, points, a.times, a.precision)
    low, high = (limit(measured.rates) / 1e9 for limit in (min, max))
    rate = f"{measured.rate / 1e9:.0f} GFLOP/s ({low:.0f} to {high:.0f})"
    print(f"{processor()}, {measured.conditions}, medians of {a.times} in turn; a matrix product: {rate}\n")
    print("\n".join(table(measured)))
    a.output.write_text(chart(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
