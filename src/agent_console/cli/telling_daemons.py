"""Have the daemons on the ledger notice at once what a command has changed in it.

Rule: whatever asks the ledger makes a daemon look which one is there and take the totals it finds,
so questions are enough; a daemon that does not answer learns of another ledger by itself with the
next thing it asks or writes, and of other totals with the session's next row.
"""

import uuid
from contextlib import suppress

from agent_console.client.blocking import connect
from agent_console.daemon import socket_record
from agent_console.errors import AgentConsoleError
from agent_console.protocol.messages import ListSessions, Meta_

ANSWER_SECONDS = 2.0


def have_daemons_look() -> None:
    """Ask each for the totals of a session that nobody has: only the ledger can say."""
    for socket in socket_record.sockets():
        with suppress(AgentConsoleError), connect(socket, ANSWER_SECONDS) as client:
            client.request(Meta_(session_id=str(uuid.uuid4())))


def tell_of_totals() -> None:
    """Ask each for the totals of every session on its board: they may be others now."""
    for socket in socket_record.sockets():
        with suppress(AgentConsoleError), connect(socket, ANSWER_SECONDS) as client:
            board = client.request(ListSessions(include_closed=True))
            client.requests(
                [Meta_(session_id=session.session_id, reread=True) for session in board]
            )
