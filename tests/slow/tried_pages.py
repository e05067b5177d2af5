"""A plugin of pytest for tests/browser: has a test meet wrong pages, and at last the right one.

TRIED_PAGES names a JSON file: a list of [file below studio/src, text in it, what it becomes, test]. After each wrong
page what stays up for one test or one file of them goes down: a test that ended in its middle may have left anything.
What each change came to is written beside that file, as NUMBER.json."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from _pytest.runner import runtestprotocol

STUDIO = pathlib.Path(__file__).resolve().parents[2] / "studio"
BUNDLE = "--bundle --format=esm --target=es2022 --jsx=automatic --jsx-import-source=preact --log-level=warning"


class Studio:
    """A copy of its source, and the page that is made of it: as Vite makes it, but at once and not minified."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("src", "types"):
            shutil.copytree(STUDIO / name, folder / name)
        shutil.copy(STUDIO / "tsconfig.json", folder)
        (folder / "node_modules").symlink_to(STUDIO / "node_modules")
        self.page = folder / "page.html"

    def build(self):
        command = ["node_modules/.bin/esbuild", "src/app/main.tsx", *BUNDLE.split(), "--outdir=built"]
        subprocess.run(command, cwd=self.folder, check=True)
        script, style = [(self.folder / "built" / f"main.{kind}").read_text() for kind in ("js", "css")]
        assert "</script" not in script and "</style" not in style
        tag = '<script type="module" src="/src/app/main.tsx"></script>'
        before, after = (STUDIO / "index.html").read_text().split(tag)
        page = f'{before}<style>{style}</style><script type="module">{script}</script>{after}'
        # A tab of the test before may still ask for it.
        self.page.with_suffix(".new").write_text(page)
        self.page.with_suffix(".new").replace(self.page)

    def build_wrong(self, file, right, wrong):
        path = self.folder / "src" / file
        text = path.read_text()
        assert text.count(right) == 1, f"{right} stands {text.count(right)} times in {file}"
        path.write_text(text.replace(right, wrong))
        try:
            self.build()
        finally:
            path.write_text(text)


class Trials:
    def __init__(self, changes):
        self.results = pathlib.Path(changes).parent
        self.changes = json.loads(pathlib.Path(changes).read_text())
        self.studio = Studio(pathlib.Path(tempfile.mkdtemp(prefix="studio-")))

    def of(self, item):
        """The changes that this test is to see, by their numbers: with all of its parameters, or those named."""
        file = pathlib.Path(item.fspath).stem.removeprefix("test_")
        for number, (*change, test) in enumerate(self.changes):
            if test in (f"{file}::{name.removeprefix('test_')}" for name in (item.name, item.originalname)):
                yield number, change

    def met(self, item, number, change):
        written = self.results / f"{number}.json"
        if written.exists() and json.loads(written.read_text()):
            return  # with another parameter it was seen
        self.studio.build_wrong(*change)
        os.environ["GANYMEDE_IMPATIENT"] = "1"
        reports = runtestprotocol(item, log=False, nextitem=item.session)
        del os.environ["GANYMEDE_IMPATIENT"]
        said = [f"{report.when}: {report.longreprtext[-400:]}" for report in reports if report.failed]
        written.write_text(json.dumps(said))
        for context in item.funcargs["chromium"].contexts if "chromium" in (item.funcargs or {}) else ():
            context.close()
        item._initrequest()

    def pytest_runtest_protocol(self, item, nextitem):
        for number, change in self.of(item):
            self.met(item, number, change)
        self.studio.build()
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        runtestprotocol(item, nextitem=nextitem)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_unconfigure(self):
        shutil.rmtree(self.studio.folder)


def pytest_configure(config):
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # it only hands the tests out
    trials = Trials(os.environ["TRIED_PAGES"])
    os.environ["GANYMEDE_PAGE"] = str(trials.studio.page)
    config.pluginmanager.register(trials)
