"""The ID argument of commands about a session that exists already.

Rule: an id that is on the board always means itself; only otherwise is it taken as the beginning of
one, as the table of `list` shows it.
"""

from typing import TYPE_CHECKING

import click

from agent_console.cli.fast_set import may_be_cut_short
from agent_console.errors import RequestRefusedError

if TYPE_CHECKING:
    from agent_console.client.blocking import BlockingClient

UUID_LENGTH = 36

session_argument = click.argument("session_id", metavar="ID")


def full_id(client: "BlockingClient", given: str) -> str:
    """The id of the session that is meant by `given`: itself, or the one id that begins with it.

    Raises:
        RequestRefusedError: Several sessions begin like that.
    """
    if len(given) >= UUID_LENGTH:
        return given
    matches = _begun_by(client, given)
    if given in matches:
        return given
    if len(matches) > 1:
        raise several(given, matches)
    return matches[0] if matches else given


def refuse_cut_short(client: "BlockingClient", given: str) -> None:
    """For `set`, which makes a session of whatever id it is given.

    Raises:
        RequestRefusedError: It is unknown, and the beginning of one session's UUID.
    """
    if not may_be_cut_short(given):
        return
    begun = _begun_by(client, given)
    if given not in begun and len(begun) == 1 and len(begun[0]) == UUID_LENGTH:
        raise RequestRefusedError(
            "invalid_value",
            f"There is no session {given}; did you mean {begun[0]}? `set` takes no shortened ids.",
        )


def _begun_by(client: "BlockingClient", given: str) -> list[str]:
    from agent_console.protocol.messages import ListSessions  # noqa: PLC0415 - help needs no wire

    ids = [session.session_id for session in client.request(ListSessions())]
    return [session_id for session_id in ids if session_id.startswith(given)]


def several(given: str, matches: list[str]) -> RequestRefusedError:
    """More than one session is meant."""
    return RequestRefusedError(
        "invalid_value",
        f"{len(matches)} sessions begin with {given!r}: {', '.join(sorted(matches)[:5])}.",
    )


def unknown(session_id: str) -> RequestRefusedError:
    """Nobody knows that session: the wire says null, a command exits 5."""
    return RequestRefusedError("not_found", f"Session not found: {session_id}")
