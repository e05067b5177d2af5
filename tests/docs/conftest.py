"""The program, loaded once for the hundreds of commands in the documentation."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from program import ganymede, warm  # noqa: E402, F401
