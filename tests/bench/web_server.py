"""The dashboard with an empty page beside its own, for benchmarks.

    python -m tests.bench.web_server SOCKET PORT

Rule: nothing of ours is on the empty page, so that whatever a page costs more is ours.
"""

import sys

from nicegui import ui

from agent_console.config import Config
from agent_console.web.serving.listening import Place
from agent_console.web.serving.server import serve


@ui.page("/empty")
def _empty() -> None:
    words = ui.label("0").classes("stands")
    ui.button("again", on_click=lambda: words.set_text(str(int(words.text) + 1))).classes("again")


def main() -> None:
    """Serve until the process is asked to end; the address is the first line."""
    socket, port = sys.argv[1:]
    serve(
        socket,
        start=False,
        place=Place(port=int(port)),
        config=Config(),
        ready=lambda address: print(address, flush=True),
    )


if __name__ == "__main__":
    main()
