"""The command `ganymede` that pip installs: the program beside this file takes the place of this process."""
import os
import pathlib
import sys
from typing import NoReturn


def main() -> NoReturn:
    program = pathlib.Path(__file__).with_name("ganymede")
    os.execv(program, ["ganymede", *sys.argv[1:]])
