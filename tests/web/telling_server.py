"""The dashboard, telling which of the kept answers it has: SOCKET PORT as arguments."""

import sys
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar, cast
from unittest.mock import patch

from agent_console.config import Config
from agent_console.web.asking.answers import Answers
from agent_console.web.serving.listening import Place
from agent_console.web.serving.server import serve

Found = TypeVar("Found")
_get = Answers.get


async def _told(
    answers: Answers, question: Hashable, read: Callable[[], Awaitable[Found]]
) -> Found:
    answer = await _get(answers, question, read)
    print(cast("tuple[str, ...]", question)[0], flush=True)
    return answer


def main() -> None:
    """Serve; the address is the first line."""
    with patch.object(Answers, "get", _told):
        serve(
            sys.argv[1],
            start=False,
            place=Place(port=int(sys.argv[2])),
            config=Config(),
            ready=lambda address: print(address, flush=True),
        )


if __name__ == "__main__":
    main()
