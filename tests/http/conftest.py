import pytest
from serving import ganymede, program, runs, server, start, translating, warm  # noqa: F401


@pytest.fixture
def place(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def trainer(start, place):  # noqa: F811
    """A server whose runs lie in `place`, and that may train."""
    place.mkdir()
    with start(place, "--allow-training") as running:
        yield running
