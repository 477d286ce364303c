"""Takes connections, and puts a wall around each.

Rule: an exception that leaves a connection's task would end the daemon, so none does: it is logged
and costs that connection only.
"""

import logging
import os
import socket
import struct
import sys

import anyio
from anyio.abc import TaskGroup

from agent_console.daemon.serving.actor import Actor
from agent_console.daemon.serving.connection import Connection
from agent_console.protocol.codec import encode_refusal
from agent_console.protocol.messages import ErrorCode

_log = logging.getLogger(__name__)

MAX_CONNECTIONS = 1_000
CROWD = 64
_ACCEPT_RETRY_SECONDS = 0.1
_LINUX_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: unix(7)
_BSD_CREDENTIALS = struct.Struct("2I")  # version, uid: struct xucred
_BSD_LOCAL_PEERCRED = 1


async def listen(sock: socket.socket, actor: Actor, tasks: TaskGroup) -> None:
    """Accept for ever; each connection becomes a task of its own."""
    sock.setblocking(False)
    while True:
        await anyio.wait_readable(sock)
        try:
            accept_waiting(sock, actor, tasks)
        except OSError as error:
            _log.warning("A connection could not be taken: %s.", error)
            await anyio.sleep(_ACCEPT_RETRY_SECONDS)


def accept_waiting(sock: socket.socket, actor: Actor, tasks: TaskGroup) -> None:
    """Let in who waits now: a crowd at once, but so that the actor gets its turn.

    Raises:
        OSError: There are no descriptors left, for example.
    """
    for _ in range(CROWD):
        try:
            client, _ = sock.accept()
        except BlockingIOError:
            return
        _welcome(client, actor, tasks)


def _welcome(client: socket.socket, actor: Actor, tasks: TaskGroup) -> None:
    uid = peer_uid(client)
    if uid != os.getuid():
        _turn_away(client, "forbidden", "This daemon belongs to another user.")
    elif len(actor.connections) >= MAX_CONNECTIONS:
        message = f"{MAX_CONNECTIONS} clients are connected already: close some."
        _turn_away(client, "overloaded", message)
    else:
        connection = Connection(client, actor)
        actor.connections.add(connection)  # now, so that the next of the crowd is counted right
        tasks.start_soon(_serve, connection, actor)


def _turn_away(client: socket.socket, code: ErrorCode, message: str) -> None:
    with client:
        client.setblocking(False)
        try:
            client.send(encode_refusal(None, code, message, retryable=code == "overloaded"))
        except OSError:
            return


async def _serve(connection: Connection, actor: Actor) -> None:
    try:
        await connection.run()
    except Exception as error:  # noqa: BLE001 - the wall around a connection
        actor.counts.note_failure(error, "A connection failed and was closed.")
    finally:
        actor.connections.discard(connection)
        if connection.subscription is not None:
            actor.publisher.forget(connection)
            actor.signals.occupation_changed.set()


def peer_uid(client: socket.socket) -> int:
    """Who is at the other end; -1 when the system does not say."""
    try:
        if sys.platform == "linux":
            credentials = client.getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, _LINUX_CREDENTIALS.size
            )
            uid = _LINUX_CREDENTIALS.unpack(credentials)[1]
        else:
            credentials = client.getsockopt(0, _BSD_LOCAL_PEERCRED, 76)
            uid = _BSD_CREDENTIALS.unpack_from(credentials)[1]
        return int(uid)
    except OSError:
        return -1
