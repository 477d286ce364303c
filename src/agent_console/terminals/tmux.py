"""tmux: panes of any session, window and client of a server (man tmux, 3.0 and newer).

Rule: ids only (`%pane`, `@window`, `$session`), never names: a name may be a pattern. What runs
inside the same server sees the pane in its own client; otherwise the client that shows it already
does, or the one that was used last.
"""

import os
from collections.abc import Mapping, Sequence

from msgspec import Struct

from agent_console.model.session import Terminal
from agent_console.terminals.outcome import (
    CannotJump,
    CannotOpen,
    Opened,
    OpenResult,
)
from agent_console.terminals.running import NotRun, Ran, run

_PANES = "pane #{pane_id} #{session_id} #{window_id}"
_CLIENTS = (
    "client #{client_tty} #{client_pid} #{session_id} #{pane_id} #{client_activity}"
    " #{focus-events} #{client_flags}"
)


class Pane(Struct, frozen=True, gc=False):
    """A pane, once for each session that its window is in."""

    pane: str
    session: str
    window: str


class Client(Struct, frozen=True, gc=False):
    """A terminal that is attached.

    Attributes:
        pane: The active one of what it shows.
        focused: Whether the terminal itself has the focus; null when tmux is not told.
    """

    tty: str
    pid: int
    session: str
    pane: str
    activity: int
    focused: bool | None


class Shown(Struct, frozen=True, gc=False):
    """A pane that a terminal shows now.

    Attributes:
        pane: Its id.
        client: The terminal.
        own: We run inside it, so that the person looks at it already.
    """

    pane: str
    client: Client
    own: bool


class Server(Struct, frozen=True, gc=False):
    """What a server shows where."""

    panes: tuple[Pane, ...]
    clients: tuple[Client, ...]


async def jump(
    terminal: Terminal, environ: Mapping[str, str], client_tty: str | None = None
) -> Shown | CannotJump:
    """Show a pane in the person's terminal.

    Args:
        terminal: Where the session runs.
        environ: Our own environment: whether we are inside the same server.
        client_tty: The client that is to show it, when it is known.
    """
    socket, pane = socket_of(terminal.tmux), terminal.tmux_pane or ""
    server = await look(socket)
    if not isinstance(server, Server):
        return CannotJump(f"tmux on {socket} cannot be asked: {server}.")
    places = [place for place in server.panes if place.pane == pane]
    if not places:
        return CannotJump(f"tmux has no pane {pane} any more: its window was closed.")
    own_pane = _own_pane(socket, environ)
    client = _client(server, places, own_pane, client_tty)
    if client is None:
        return CannotJump(
            "No terminal is attached to this tmux: attach one with "
            f"`tmux -S {socket} attach-session -t '{places[0].session}'`."
        )
    place = next((place for place in places if place.session == client.session), places[0])
    commands = ["select-window", "-t", f"{place.session}:{place.window}"]
    commands += [";", "select-pane", "-t", pane]
    if place.session != client.session:
        commands += [";", "switch-client", "-c", client.tty, "-t", place.session]
    done = await _tmux(socket, commands)
    if isinstance(done, NotRun) or done.code:
        return CannotJump(f"tmux did not go to pane {pane}: {_why(done)}.")
    return Shown(pane, client, own=client.session in _sessions_of(server, own_pane))


async def is_focused(terminal: Terminal) -> bool | None:
    """Whether the person looks at the pane now; null when tmux does not know.

    It knows when `focus-events` is on; before that every attached client says it has the focus.
    """
    server = await look(socket_of(terminal.tmux))
    if not isinstance(server, Server):
        return None
    showing = [client.focused for client in server.clients if client.pane == terminal.tmux_pane]
    if not showing:
        return False
    return True if True in showing else None if None in showing else False


async def open_window(
    environ: Mapping[str, str], command: Sequence[str], folder: str, name: str
) -> OpenResult:
    """Run a command in a new window of the session that we are in."""
    socket, pane = socket_of(environ.get("TMUX")), environ.get("TMUX_PANE")
    server = await look(socket)
    if not isinstance(server, Server):
        return CannotOpen(f"tmux on {socket} cannot be asked: {server}.")
    ours = next((place for place in server.panes if place.pane == pane), None)
    # After the window of our pane and shown at once; without a pane, where tmux thinks best.
    target = [] if ours is None else ["-a", "-t", f"{ours.session}:{ours.window}"]
    # A `;` at the end of a word would divide tmux's own commands.
    words = [f"{word[:-1]}\\;" if word.endswith(";") else word for word in command]
    place = ["-n", _literal(name), "-c", _literal(folder)]
    done = await _tmux(socket, ["new-window", *target, *place, "--", *_not_one(words)])
    if isinstance(done, NotRun) or done.code:
        return CannotOpen(f"tmux opened no window: {_why(done)}.")
    return Opened("a new tmux window")


def socket_of(variable: str | None) -> str:
    """The socket in `$TMUX`, which is `socket,pid,session`; empty when there is none."""
    return (variable or "").rsplit(",", 2)[0]


async def look(socket: str) -> Server | str:
    """What the server shows where; a reason when it cannot be asked."""
    asked = await _tmux(
        socket, ["list-panes", "-a", "-F", _PANES, ";", "list-clients", "-F", _CLIENTS]
    )
    if isinstance(asked, NotRun) or asked.code:
        return _why(asked)
    panes: list[Pane] = []
    clients: list[Client] = []
    for kind, *words in map(str.split, asked.stdout.splitlines()):
        if kind == "pane" and len(words) == 3:
            panes.append(Pane(*words))
        elif kind == "client" and len(words) == 7:
            clients.append(_read_client(words))
    return Server(tuple(panes), tuple(clients))


def _read_client(words: list[str]) -> Client:
    tty, pid, session, pane, activity, events, flags = words
    told = events in {"1", "on"}
    focused = "focused" in flags.split(",") if told else None
    return Client(tty, int(pid), session, pane, int(activity), focused)


def _client(
    server: Server, places: list[Pane], own_pane: str | None, client_tty: str | None
) -> Client | None:
    """Who is to show the pane: the one that is named, our own, one that has it, the last used."""
    latest_first = sorted(server.clients, key=lambda client: client.activity, reverse=True)
    ours = _sessions_of(server, own_pane)
    having = {place.session for place in places}
    candidates = (
        *(client for client in latest_first if client.tty == client_tty),
        *(client for client in latest_first if client.session in ours),
        *(client for client in latest_first if client.session in having),
        *latest_first,
    )
    return next(iter(candidates), None)


def _sessions_of(server: Server, pane: str | None) -> set[str]:
    return {place.session for place in server.panes if place.pane == pane}


def _own_pane(socket: str, environ: Mapping[str, str]) -> str | None:
    """The pane we run in, when it is one of this server."""
    ours = socket_of(environ.get("TMUX"))
    same = bool(ours) and os.path.realpath(ours) == os.path.realpath(socket)
    return environ.get("TMUX_PANE") if same else None


def _not_one(words: list[str]) -> list[str]:
    """A command that tmux runs as it is: a single word it would give to a shell."""
    return words if len(words) > 1 else ["env", *words]


def _literal(text: str) -> str:
    """A text where tmux expects a format."""
    return text.replace("#", "##")


async def _tmux(socket: str, arguments: list[str]) -> Ran | NotRun:
    return await run(["tmux", "-S", socket, *arguments])


def _why(done: Ran | NotRun) -> str:
    return done.reason.rstrip(".") if isinstance(done, NotRun) else done.complaint
