"""What the tests of the command line share."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from program import ganymede, real_data, warm  # noqa: E402, F401
