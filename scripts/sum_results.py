"""Sums the reports of scripts/test: a folder of NAME.xml (GoogleTest's or pytest's) and NAME.exit (the suite's exit
code).

sum_results.py FOLDER               prints each suite, what failed, what was skipped and why, and last "N passed, N
failed". sum_results.py --programs FOLDER    prints the GoogleTest programs of a build folder, one "name<tab>path" a
line.
"""

import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree


def programs(folder):
    listing = subprocess.run(
        ["ctest", "--test-dir", folder, "--show-only=json-v1"], capture_output=True, text=True, check=True
    )
    for test in json.loads(listing.stdout)["tests"]:
        if command := test.get("command"):
            print(test["name"], command[0], sep="\t")


def reason_of(skipped):
    """GoogleTest puts the place on a line of its own before the message; pytest hides a whole file's reason in the
    text."""
    whole_file = re.search(r"Skipped: (.*)['\"]\)", skipped.text or "", re.DOTALL)
    if skipped.get("message") == "collection skipped" and whole_file:
        return whole_file.group(1)
    lines = [line.strip() for line in (skipped.get("message") or skipped.text or "").splitlines() if line.strip()]
    if len(lines) > 1 and re.fullmatch(r"\S+:\d+", lines[0]):
        lines = lines[1:]
    return " ".join(lines) or "no reason given"


def ending(exit_code):
    how = {124: "ran too long", 137: "killed: memory, or ran too long", 139: "crashed"}
    return how.get(exit_code, f"exit code {exit_code}")


class Suite:
    def __init__(self, name, folder):
        self.name, self.passed, self.failed, self.skipped = name, [], [], []
        report, code = folder / f"{name}.xml", folder / f"{name}.exit"
        exit_code = int(code.read_text()) if code.exists() else 1
        try:
            for case in ElementTree.parse(report).iter("testcase"):
                self.add(case)
        except (OSError, ElementTree.ParseError):
            # Whatever the exit code says, something went wrong.
            self.failed.append(f"{name} itself: no report, {ending(exit_code)}")
        if exit_code and not self.failed:
            self.failed.append(f"{name} itself: {ending(exit_code)}")

    def add(self, case):
        name = ".".join(filter(None, (case.get("classname"), case.get("name"))))
        if case.find("failure") is not None or case.find("error") is not None:
            self.failed.append(name)
        elif (skipped := case.find("skipped")) is not None:
            self.skipped.append((reason_of(skipped), name))
        elif case.get("status") == "notrun":
            self.skipped.append(("disabled", name))
        else:
            self.passed.append(name)


def summary(folder):
    suites = [
        Suite(name, folder)
        for name in sorted({path.stem for path in folder.glob("*.*") if path.suffix in (".xml", ".exit")})
    ]
    print("\nsuite                   passed  failed  skipped")
    for suite in suites:
        print(f"{suite.name:22}  {len(suite.passed):6}  {len(suite.failed):6}  {len(suite.skipped):7}")
    reasons = {}
    for suite in suites:
        for reason, name in suite.skipped:
            reasons.setdefault(reason, []).append(f"{suite.name}: {name}")
    for reason, names in reasons.items():
        print(f"\nskipped, {reason}:")
        print("\n".join(f"  {name}" for name in names))
    for suite in suites:
        for name in suite.failed:
            print(f"FAILED {suite.name}: {name}")
    passed, failed, skipped = (
        sum(len(getattr(suite, kind)) for suite in suites) for kind in ("passed", "failed", "skipped")
    )
    if not passed and not failed:
        print("error: no test ran")
    print(f"\n{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    if sys.argv[1] == "--programs":
        programs(sys.argv[2])
    else:
        sys.exit(summary(pathlib.Path(sys.argv[1])))
