"""The rows that scripts/train-queue writes: the section of a run in docs/results.md, its line in the table on top, its
images, and its place in docs/gallery.md.

A row stands between comments that name its run, so that writing it again replaces it. `<!-- table -->` ends the table,
`<!-- rows -->` the rows: what is new comes before.
"""

import csv
import json
import os
import re
import shutil
import textwrap

MORE_IS_BETTER = {"is", "coverage"}
QUALITY_COLUMNS = ("fid", "fid10k", "fd", "fd10k", "kid", "is", "swd", "coverage", "modes_divergence")


def steps(run, folder):
    """What is asked of `ganymede` once a run has ended: its words, and under which key the answer is kept."""
    target = f"runs/{run['name']}"
    asked = []
    if run["protocol"]["evaluate"]:
        asked.append({"words": ["evaluate", target, *run["protocol"]["evaluate"], "--json"], "keeps": "evaluated"})
    if generates_from_noise(folder):
        asked.append(
            {"words": ["sample", target, "-n", str(run["images"]), "-o", f"{target}/grid.png"], "keeps": None}
        )
    asked.append({"words": plot_words(run, folder), "keeps": None})
    return asked


def generates_from_noise(folder):
    """A recipe that translates has no noise to generate from: its sample sheet is its grid."""
    return not re.search(r"^\[source\]", (folder / "recipe.toml").read_text(), re.MULTILINE)


def plot_words(run, folder):
    column, _ = qualities(folder)
    words = ["plot", f"runs/{run['name']}", "--smooth", "0.9", "-o", f"runs/{run['name']}/chart.png"]
    return [*words[:2], "--quality", "--columns", f"loss_d,loss_g,{column}", *words[2:]] if column else words


def metrics(folder):
    file = folder / "metrics.csv"
    if not file.exists():
        return []
    with open(file, newline="", encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


def steps_of(folder):
    rows = metrics(folder)
    return int(rows[-1]["step"]) if rows else 0


def qualities(folder):
    """The column by which the best model is chosen, and (step, epoch, value) of each time it was evaluated."""
    rows = metrics(folder)
    column = next((name for name in QUALITY_COLUMNS if rows and name in rows[0]), None)
    values = [(int(row["step"]), float(row["epoch"]), float(row[column])) for row in rows if column and row[column]]
    return (column, values) if values else (None, [])


def best_of(column, values):
    return (max if column in MORE_IS_BETTER else min)(values, key=lambda each: each[2])


def progress(folder):
    """How far a run is, for a table."""
    rows = metrics(folder)
    if not rows:
        return {"step": "-", "time": "-", "quality": "-"}
    column, values = qualities(folder)
    quality = "-"
    if values:
        best = best_of(column, values)
        quality = f"{column} {values[-1][2]:.4g}, best {best[2]:.4g} at step {best[0]}"
    return {"step": rows[-1]["step"], "time": duration(float(rows[-1]["seconds"])), "quality": quality}


def duration(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


def shell(words):
    """A command as one line for a shell and for scripts/reproduce."""
    return " ".join(word if re.fullmatch(r"[\w./:=,+-]+", word) else f"'{word}'" for word in words)


def machine_of(environment, parts):
    """What a run was trained on: the GPU where there was one, and the processor with its number of cores."""
    device = environment["device"].partition(" (")[2].rstrip(")")
    cores = parts[-1].get("cores", os.cpu_count())
    return (f"{device}; " if device else "") + f"{environment['processor']}, {cores} cores"


def metrics_text(evaluated):
    """What `evaluate` found, in one line with the number of images."""
    found, said = evaluated["metrics"], []
    for name, value in found.items():
        if isinstance(value, dict) and "mean" in value:
            deviation = value.get("std")  # null where there was but one split
            said.append(f"{name} {value['mean']:.4g}" + ("" if deviation is None else f" +- {deviation:.2g}"))
        elif name == "modes":
            clear, divergence = f"{100 * value['clear']:.1f} % clear", f"divergence {value['divergence']:.2g}"
            said.append(f"{value['found']} of {value['classes']} classes, {clear}, {divergence}")
        elif isinstance(value, (int, float)):
            said.append(f"{name} {value:.4g}")
    fake, real = evaluated["protocol"]["fake"], evaluated["protocol"]["real"]
    features = evaluated["protocol"].get("features")
    return (
        ", ".join(said)
        + f" ({fake['images']:,} images against {real['images']:,}"
        + (f", features of `{features.get('name', 'the classifier')}`" if features else "")
        + ")"
    )


class Facts:
    """What a row says about its run."""

    def __init__(self, run, folder, kept):
        rows, environment = metrics(folder), json.loads((folder / "environment.json").read_text())
        self.steps, self.epochs, self.seconds = (
            int(rows[-1]["step"]),
            float(rows[-1]["epoch"]),
            float(rows[-1]["seconds"]),
        )
        parts = kept["parts"]
        self.complete = kept["state"] in ("trained", "done")
        self.processor_seconds = sum(part["processor_seconds"] for part in parts)
        self.machine = machine_of(environment, parts)
        self.seed, self.precision = environment["seed"], environment["precision"]
        self.threads = ", ".join(sorted({str(part["threads"]) for part in parts}))
        self.commit = ", ".join(dict.fromkeys(part["commit"] for part in parts))
        self.starts, self.idle = len(parts), any(part["idle"] for part in parts)
        self.length = run["length"] if self.complete else f"{self.epochs:.3g} epochs of {run['length']}"
        self.column, self.quality = qualities(folder)
        self.evaluated = metrics_text(kept["evaluated"]) if "evaluated" in kept else ""
        self.seen = kept.get("seen", "")


def filled(text):
    """A paragraph in lines of the documents' width."""
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def section(run, kept, facts, folder):
    name = run["name"]
    heading = f"## `{run['recipe']}`" + (f" as {name}" if name != run["recipe"] else "") + f": {facts.length}"
    commands = [
        ["--threads", facts.threads.split(", ")[-1], *kept["command"]],
        *(step["words"] for step in steps(run, folder)),
    ]
    lines = (
        [heading, ""]
        + [f"    ganymede {shell([word for word in words if word != '--json'])}" for words in commands]
        + [""]
    )
    if run.get("about"):
        lines += [run["about"], ""]
    share = "in the scheduler's idle class beside builds and tests" if facts.idle else "as any program"
    lines += [
        "| seed | steps | epochs | training | processor time | processor | threads | precision | starts | program |",
        "|---|---|---|---|---|---|---|---|---|---|",
        f"| {facts.seed} | {facts.steps:,} | {facts.epochs:.4g} "
        f"| {duration(facts.seconds)} | {duration(facts.processor_seconds)} "
        f"| {facts.machine}, {share} | {facts.threads} | {facts.precision} | {facts.starts} | {facts.commit} |",
        "",
    ]
    if facts.quality:
        best = best_of(facts.column, facts.quality)
        said = [
            f"{value:.4g} at step {step:,} ({epoch:.4g} epochs)"
            for step, epoch, value in (facts.quality[0], best, facts.quality[-1])
        ]
        lines += [filled(f"{facts.column} while training: first {said[0]}, best {said[1]}, last {said[2]}."), ""]
    if facts.evaluated:
        lines += [filled(f"The {'best' if facts.quality else 'last'} model: {facts.evaluated}."), ""]
    lines += [f"![samples](images/{name}.png)", "", f"![losses](images/{name}-chart.png)", ""]
    return "\n".join(lines + ([filled(facts.seen), ""] if facts.seen else []))


def upsert(text, key, body, end):
    """Puts `body` between the comments of `key`, before the line `end` where there are none yet."""
    block = f"<!-- row {key} -->\n{body}\n<!-- end {key} -->\n"
    pattern = re.compile(rf"<!-- row {re.escape(key)} -->\n.*?<!-- end {re.escape(key)} -->\n", re.DOTALL)
    if pattern.search(text):
        return pattern.sub(lambda _: block, text, count=1)
    if end not in text:
        raise ValueError(f"no line '{end}' to put the row of '{key}' before")
    return text.replace(end, f"{block}\n{end}", 1)


def table_line(run, facts):
    value = "-"
    if facts.quality:
        best = best_of(facts.column, facts.quality)
        value = f"{facts.column} {best[2]:.4g}"
    name = run["name"]
    return (
        f"| [{name}](#{anchor(run, facts)}) | {facts.length} | {facts.steps:,} | {duration(facts.seconds)} "
        f"| {duration(facts.processor_seconds)} | {value} |"
    )


def anchor(run, facts):
    """The address that Markdown gives the section's heading."""
    heading = run["recipe"] + (f" as {run['name']}" if run["name"] != run["recipe"] else "") + f": {facts.length}"
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def upsert_line(text, name, line):
    lines, start = text.splitlines(), f"| [{name}](#"
    at = next((i for i, each in enumerate(lines) if each.startswith(start)), None)
    if at is not None:
        lines[at] = line
    else:
        lines.insert(lines.index("<!-- table -->"), line)
    return "\n".join(lines) + "\n"


def card(run, folder, kept):
    """What `ganymede models` says about the run's model."""
    facts = Facts(run, folder, kept)
    return {
        "command": "ganymede " + shell(kept["command"]),
        "trained": f"{facts.length}, {facts.steps} steps, seed {facts.seed}, {facts.precision}, program {facts.commit}",
        "metrics": facts.evaluated or "not evaluated",
        "seen": facts.seen,
        "row": f"docs/results.md#{anchor(run, facts)}",
    }


def gallery_entry(run, facts):
    said = f"[{run['name']}](results.md#{anchor(run, facts)}), {facts.length}"
    if facts.quality:
        said += f", {facts.column} {best_of(facts.column, facts.quality)[2]:.4g}"
    text = filled(f"{said}. {facts.seen}")
    return f"### {run['name']}\n\n{text}\n\n![{run['name']}](images/{run['name']}.png)\n"


def replace_text(file, text):
    """The file appears whole or not at all."""
    beside = file.with_suffix(".part")
    beside.write_text(text)
    beside.replace(file)


def write(run, folder, kept, docs):
    """Writes the row, its line in the table and its images into the folder of documents."""
    facts = Facts(run, folder, kept)
    results, gallery = docs / "results.md", docs / "gallery.md"
    text = upsert(results.read_text(), run["name"], section(run, kept, facts, folder), "<!-- rows -->")
    text = upsert_line(text, run["name"], table_line(run, facts))
    shown = upsert(gallery.read_text(), run["name"], gallery_entry(run, facts), "<!-- rows -->")
    images = docs / "images"
    images.mkdir(exist_ok=True)
    grid = folder / "grid.png" if generates_from_noise(folder) else max((folder / "samples").glob("step-*.png"))
    shutil.copy(grid, images / f"{run['name']}.png")
    shutil.copy(folder / "chart.png", images / f"{run['name']}-chart.png")
    replace_text(results, text)
    replace_text(gallery, shown)
