"""What a person can do to a session from any screen: note, label, priority, seen, remove, reopen.

Rule: the daemon decides; what it refuses is shown in its own words. The coroutines ask with a
dialog where that is needed, so that they run in a worker.
"""

from typing import TYPE_CHECKING, TypeAlias

import anyio

from agent_console.errors import AgentConsoleError
from agent_console.model.session_words import one_line
from agent_console.protocol.messages import Get, Remove, Reopen, Seen, SetSession

if TYPE_CHECKING:
    from agent_console.model.session import Session
    from agent_console.tui.app import ConsoleApp

Edit: TypeAlias = SetSession | Reopen | Remove

NOTE_LENGTH = 4096
LABEL_LENGTH = 200
_changing_priority = anyio.Lock()


async def edit_note(app: "ConsoleApp", session: "Session") -> None:
    """Ask for the session's note, and keep it."""
    text = await _asked(app, "Note on", session, session.note, NOTE_LENGTH)
    if text is not None:
        await send(app, SetSession(session_id=session.session_id, note=one_line(text) or None))


async def edit_label(app: "ConsoleApp", session: "Session") -> None:
    """Ask for the session's label, and keep it."""
    text = await _asked(app, "Label of", session, session.label, LABEL_LENGTH)
    if text is not None:
        await send(app, SetSession(session_id=session.session_id, label=one_line(text) or None))


async def _asked(
    app: "ConsoleApp", what: str, session: "Session", now: str | None, max_length: int
) -> str | None:
    from agent_console.tui.screens.ask_text import AskText  # noqa: PLC0415 - rarely needed

    question = f"{what} {one_line(session.display_name)}"
    return await app.push_screen_wait(AskText(question, one_line(now), max_length=max_length))


async def change_priority(app: "ConsoleApp", session: "Session", by: int) -> None:
    """Raise or lower the session among those of its status."""
    # Of several presses each builds on the one before, which may not have been told back yet.
    async with _changing_priority:
        try:
            now = await app.link.client.request(Get(session_id=session.session_id)) or session
        except AgentConsoleError as error:
            _refused(app, error)
        else:
            await send(app, SetSession(session_id=session.session_id, priority=now.priority + by))


async def remove(app: "ConsoleApp", session: "Session") -> bool:
    """Ask, and take the session off the board; whether it is gone."""
    from agent_console.tui.screens.ask_yes_no import AskYesNo  # noqa: PLC0415 - rarely needed

    name = one_line(session.display_name)
    question = f"Take {name} off the board? Its costs stay counted."
    if not await app.push_screen_wait(AskYesNo(question, yes="Remove", no="Keep")):
        return False
    return await send(app, Remove(session_id=session.session_id))


async def reopen(app: "ConsoleApp", session: "Session") -> None:
    """Bring a closed session back to attention."""
    await send(app, Reopen(session_id=session.session_id))


async def mark_seen(app: "ConsoleApp", session: "Session", *, asked: bool = True) -> None:
    """The person has looked at it.

    Args:
        app: Whose daemon is told.
        session: What was looked at.
        asked: The person asked for it, and wants to know when it cannot be.
    """
    try:
        await app.link.client.request(Seen(session_id=session.session_id))
    except AgentConsoleError as error:
        if asked:
            _refused(app, error)


def copy_id(app: "ConsoleApp", session: "Session") -> None:
    """Put the session's id on the clipboard."""
    app.copy_to_clipboard(session.session_id)
    app.notify(session.session_id, title="Copied", markup=False)


async def send(app: "ConsoleApp", request: Edit) -> bool:
    """Ask the daemon for something; whether it did it. What it refuses is shown."""
    try:
        await app.link.client.request(request)
    except AgentConsoleError as error:
        _refused(app, error)
        return False
    return True


def _refused(app: "ConsoleApp", error: AgentConsoleError) -> None:
    app.notify(str(error), severity="error", markup=False)
