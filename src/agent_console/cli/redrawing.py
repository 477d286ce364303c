"""Draw on the terminal again and again in the same place.

Rule: like everything on stdout it goes through the console of cli/output.py.
"""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agent_console.cli.output import console

if TYPE_CHECKING:
    from rich.console import RenderableType


@contextmanager
def redrawing() -> "Generator[Callable[[RenderableType], None]]":
    """Draw on the terminal again and again in the same place, which is empty again at the end."""
    from rich.live import Live  # noqa: PLC0415 - most commands draw nothing

    with Live(
        console=console(sys.stdout, wide=False),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as live:
        yield lambda drawing: live.update(drawing, refresh=True)
