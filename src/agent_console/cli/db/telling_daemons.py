"""Have the daemons on the ledger notice at once that another is in its place.

Rule: whatever asks the ledger makes a daemon look which one is there, so a question is enough; a
daemon that does not answer finds out by itself with the next thing it asks or writes.
"""

import uuid
from contextlib import suppress

from agent_console.client.blocking import connect
from agent_console.daemon import socket_record
from agent_console.errors import AgentConsoleError
from agent_console.protocol.messages import Meta_

ANSWER_SECONDS = 2.0


def tell_daemons() -> None:
    """Ask each for the totals of a session that nobody has: only the ledger can say."""
    for socket in socket_record.sockets():
        with suppress(AgentConsoleError), connect(socket, ANSWER_SECONDS) as client:
            client.request(Meta_(session_id=str(uuid.uuid4())))
