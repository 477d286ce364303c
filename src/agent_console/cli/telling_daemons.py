"""Have the daemons on the ledger notice at once what a command has changed in it.

Rule: whatever asks the ledger makes a daemon look which one is there and take the totals it finds,
so questions are enough; a daemon that does not answer learns of another ledger by itself with the
next thing it asks or writes, and of other totals with the session's next row. Where there is no
daemon nothing of the wire is imported.
"""

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from agent_console.daemon import socket_record
from agent_console.errors import AgentConsoleError

if TYPE_CHECKING:
    from agent_console.client.blocking import BlockingClient

ANSWER_SECONDS = 2.0


def have_daemons_look() -> None:
    """Ask each for the totals of a session that nobody has: only the ledger can say."""
    _ask_each(_ask_of_nobody)


def tell_of_totals() -> None:
    """Ask each for the totals of every session on its board: they may be others now.

    Where there is none, it is still asked: the same change may have raised alerts.
    """
    _ask_each(_ask_of_all)


def _ask_each(ask: "Callable[[BlockingClient], None]") -> None:
    sockets = socket_record.sockets()
    if not sockets:
        return
    from agent_console.client.blocking import connect  # noqa: PLC0415 - where there is one

    for socket in sockets:
        with suppress(AgentConsoleError), connect(socket, ANSWER_SECONDS) as client:
            ask(client)


def _ask_of_nobody(client: "BlockingClient") -> None:
    from agent_console.protocol.messages import Meta_  # noqa: PLC0415 - the client has it already

    client.request(Meta_(session_id=str(uuid.uuid4())))


def _ask_of_all(client: "BlockingClient") -> None:
    from agent_console.protocol.messages import ListSessions, Meta_  # noqa: PLC0415 - likewise

    board = client.request(ListSessions(include_closed=True))
    if not board:
        _ask_of_nobody(client)
    client.requests([Meta_(session_id=session.session_id, reread=True) for session in board])
