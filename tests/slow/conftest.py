"""What the tests that take minutes share with those of the command line."""
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "cli")]

from program import ganymede, real_data, warm  # noqa: E402, F401
