"""The program as people have it: compiled.

An installer compiles what it installs. A checkout that was just edited is compiled by the first
run, or by none where PYTHONDONTWRITEBYTECODE is set; then every start would be measured with the
compiler in it.
"""

import compileall
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"


def compile_program() -> None:
    """Compile all modules whose compiled form is missing or old."""
    compileall.compile_dir(SOURCE, quiet=2)
