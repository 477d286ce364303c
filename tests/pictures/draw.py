"""Draw the README's pictures of the terminal app from the demo.

    python -m tests.pictures.draw

Rule: what they show is what the demo showed in that very run, through the real hook, socket and
daemon; nothing is arranged for the picture but the size of the terminal.
"""

from pathlib import Path
from typing import ClassVar

import anyio

from agent_console.cli.demo.show import show
from agent_console.protocol.codec import Notification
from agent_console.tui.app import ConsoleApp

FOLDER = Path(__file__).resolve().parent
SIZE = (120, 24)
SPEED = 20.0


class Photographer:
    """Shows the demo to nobody, and takes pictures when all was played."""

    stays: ClassVar[bool] = True

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._played = anyio.Event()

    def tell(self, notification: Notification) -> None:
        """The app has a subscription of its own."""

    def played(self) -> None:
        """Everything is on the board."""
        self._played.set()

    async def run(self) -> None:
        """Wait for the end, and take the pictures."""
        app = ConsoleApp(self._socket, start=False)
        async with app.run_test(size=SIZE) as pilot:
            await self._played.wait()
            await pilot.press("g")
            await pilot.pause(1.0)
            app.save_screenshot("board.svg", str(FOLDER))
            await pilot.press("o")
            await pilot.pause(1.5)
            app.save_screenshot("session.svg", str(FOLDER))
            await pilot.press("escape", "a")
            await pilot.pause(1.0)
            app.save_screenshot("activity.svg", str(FOLDER))


def main() -> None:
    """Play the demo and draw."""
    result = show(Photographer, SPEED)
    assert result is not None
    assert not result.wrong, result.wrong


if __name__ == "__main__":
    main()
