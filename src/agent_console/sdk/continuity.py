"""Sessions that outlive the program: save one, find the last one of a project, go on with it.

Rule: nothing is stored unless `save` is called: a saved session holds the last answer's text. Its
file is for the user's eyes only, and written whole or not at all.
"""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec import Struct

from agent_console.errors import AgentConsoleError
from agent_console.paths import saved_sessions_dir
from agent_console.private_folder import make_private_folder
from agent_console.sdk.figures import SessionTotals
from agent_console.sdk.messages import Resumed
from agent_console.sdk.metadata import SessionResponse
from agent_console.sdk.past import OF_THIS_PROCESS, Past
from agent_console.whole_file import NEW_FILE_MODE, replace_whole

if TYPE_CHECKING:  # the package is loaded when options are made
    from agent_console.sdk.package import ClaudeAgentOptions

_NAME = re.compile(r"[0-9A-Za-z._-]{1,200}")


class SavedSessionError(AgentConsoleError):
    """A saved session that is not there, or cannot be read."""


class SavedSession(Struct, frozen=True, omit_defaults=True):
    """What it takes to go on with a session.

    Attributes:
        session_id: What to resume.
        project: The working directory, which Claude Code resumes it in; null: the current one.
        cost_usd: What it has cost so far, US dollars.
        totals: Where its counters stand, which the next response's figures are differences of;
            null when that is not known.
        last_response: The last answer.
        saved_at: When it was saved, with a zone.
    """

    session_id: str
    project: str | None = None
    cost_usd: float = 0.0
    totals: SessionTotals | None = None
    last_response: SessionResponse | None = None
    saved_at: datetime | None = None

    def options(
        self, options: "ClaudeAgentOptions | None" = None, *, fork: bool = False
    ) -> "ClaudeAgentOptions":
        """Options that go on with it, ready for `query` and `ClaudeSDKClient`.

        Args:
            options: Yours, to which that is added.
            fork: Go on under an id of its own, and leave this session as it is.
        """
        from agent_console.sdk.package import ClaudeAgentOptions  # noqa: PLC0415 - when used

        options = options or ClaudeAgentOptions()
        forks = fork or options.fork_session
        cwd = options.cwd or self.project
        return replace(options, resume=self.session_id, cwd=cwd, fork_session=forks)

    def resumed(self, *, fork: bool = False) -> Resumed:
        """The same for `collect` and `observe`."""
        return Resumed(self.session_id, forks=fork)

    def recall(self, past: Past = OF_THIS_PROCESS) -> None:
        """Have the next response's figures be its own."""
        if self.totals is not None:
            past.remember(self.session_id, self.totals)


class _HasResponse(Protocol):
    @property
    def last_response(self) -> SessionResponse | None: ...


def save(
    session: _HasResponse | SessionResponse,
    project: str | os.PathLike[str] | None = None,
    *,
    path: str | os.PathLike[str] | None = None,
    past: Past = OF_THIS_PROCESS,
) -> SavedSession:
    """Keep a session for another day.

    Args:
        session: A `ClaudeSession` after a query, or a response.
        project: Its working directory; by default the current one.
        path: The file; by default one of ours, where `load` and `last_session` find it.
        past: What is known of sessions.

    Raises:
        SavedSessionError: Nothing has been answered yet.
        OSError: It cannot be written.
    """
    response = session if isinstance(session, SessionResponse) else session.last_response
    if response is None or response.session_id is None:
        raise SavedSessionError("The session has no answer yet: save it after a query.")
    saved = SavedSession(
        response.session_id,
        os.path.realpath(project or os.getcwd()),
        response.metadata.session_cost_usd,
        past.totals(response.session_id),
        response,
        datetime.now(UTC),
    )
    _write(_file(saved.session_id) if path is None else Path(path), msgspec.json.encode(saved))
    return saved


def load(session: str | os.PathLike[str]) -> SavedSession:
    """A session that was saved.

    Args:
        session: Its id, or the file that it was saved to.

    Raises:
        SavedSessionError: There is none, or it cannot be read.
    """
    path = Path(session)
    if isinstance(session, str) and _NAME.fullmatch(session) and not path.exists():
        path = _file(session)
    try:
        return msgspec.json.decode(path.read_bytes(), type=SavedSession)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SavedSessionError(f"No session can be read from {path}: {error}.") from error


def last_session(project: str | os.PathLike[str] | None = None) -> SavedSession | None:
    """The last session of a project: of those that were saved, else of Claude Code's own.

    Of the latter nothing but the id is known, so the first response after it is estimated. This
    reads files: with many of them call it in a thread.

    Args:
        project: The working directory; by default the current one.
    """
    folder = os.path.realpath(project or os.getcwd())
    saved: list[SavedSession] = []
    for path in saved_sessions_dir().glob("*.json"):
        try:
            saved.append(load(path))
        except SavedSessionError:
            continue
    ours = [each for each in saved if each.project == folder and each.saved_at is not None]
    if ours:
        return max(ours, key=lambda each: each.saved_at or datetime.min.replace(tzinfo=UTC))
    from agent_console.sdk.package import list_sessions  # noqa: PLC0415 - when used

    found = list_sessions(directory=folder, limit=1, include_worktrees=False)
    return SavedSession(found[0].session_id, folder) if found else None


def _file(session_id: str) -> Path:
    if _NAME.fullmatch(session_id) is None or session_id.startswith("."):
        raise SavedSessionError(f"{session_id!r} is no session id that can be saved under.")
    return saved_sessions_dir() / f"{session_id}.json"


def _write(path: Path, content: bytes) -> None:
    make_private_folder(path.parent)
    replace_whole(path, [content], NEW_FILE_MODE)
