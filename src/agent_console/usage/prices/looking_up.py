"""Looks models up, here or in a process of its own.

Run as `python -m agent_console.usage.prices.looking_up`: it imports the catalogue, reads one
question from stdin and writes the answer to stdout, both as MessagePack.

Rule: only who ends soon imports the catalogue, which takes 20 MB and a fifth of a second. A daemon
lets another process do it, and so does who is busy with a gigabyte.
"""

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from agent_console.config_prices import PricesConfig
from agent_console.errors import AgentConsoleError

if TYPE_CHECKING:
    from subprocess import Popen

    from agent_console.usage.prices.lookup import LookedUp

_MODULE = "agent_console.usage.prices.looking_up"


class LookUpError(AgentConsoleError):
    """The process that looks models up has failed, or was ended from outside."""


class _Question(Struct, frozen=True):
    models: list[str]
    prices: PricesConfig


class LookingUp:
    """Looks models up in this process, or in the one that `start` has started."""

    def __init__(self) -> None:
        self._process: Popen[bytes] | None = None

    def start(self) -> None:
        """Have a process import the catalogue while this one does something else."""
        from agent_console.usage.helper_program import start_helper  # noqa: PLC0415 - rarely

        if self._process is None:
            self._process = start_helper(_MODULE)

    def prepare(self) -> None:
        """The same, unless this one has imported it already."""
        if "genai_prices" not in sys.modules:
            self.start()

    def look_up(self, models: Sequence[str], prices: PricesConfig) -> "list[LookedUp]":
        """What these models cost, in order.

        Raises:
            LookUpError: The process has failed, or was ended from outside.
        """
        from agent_console.usage.prices.lookup import LookedUp, look_up  # noqa: PLC0415 - rarely

        process, self._process = self._process, None
        if process is None:
            return [look_up(model, prices) for model in models]
        with process:
            answer, _ = process.communicate(msgspec.msgpack.encode(_Question(list(models), prices)))
        if process.returncode:
            raise LookUpError(
                f"The process that looks prices up ended with code {process.returncode}; what was "
                "read is kept, and prices are looked up the next time."
            )
        return msgspec.msgpack.decode(answer, type=list[LookedUp])

    def close(self) -> None:
        """End the process if nobody has asked it."""
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None


def main() -> int:
    """Answer one question; 1, and not a word, when who would ask has gone."""
    gc.disable()  # the catalogue has no cycles, and very many parts to look at
    from agent_console.usage.prices import catalogue  # noqa: PLC0415 - once, and by itself

    catalogue.load()
    asked = sys.stdin.buffer.read()
    try:
        question = msgspec.msgpack.decode(asked, type=_Question)
    except msgspec.DecodeError:  # it ended before all of it was written
        return 1
    answer = LookingUp().look_up(question.models, question.prices)
    try:
        sys.stdout.buffer.write(msgspec.msgpack.encode(answer))
        sys.stdout.flush()
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    os._exit(main())  # who asked waits for the end, and to take the catalogue down takes 50 ms
