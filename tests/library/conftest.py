import os
import pathlib

import pytest
from installing import ROOT


@pytest.fixture(scope="session")
def program():
    named = os.environ.get("GANYMEDE")
    found = [path for path in ([pathlib.Path(named)] if named else sorted(ROOT.glob("build/*/ganymede")))
             if (path.parent / "libganymede.so").exists()]
    if not found:
        pytest.skip("no shared library: build the target libganymede")
    return found[0].resolve()
