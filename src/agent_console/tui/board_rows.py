"""Which rows the board has, and in which order.

Rule: pure; no clock and no Textual. The order of sessions is the one they are given in, which is
PROTOCOL.md's; grouping moves a project to the place of its most urgent session.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import Enum, auto

from msgspec import Struct

from agent_console.model.session import BackgroundTask, Session, Status, Subagent
from agent_console.model.session_words import doing, one_line
from agent_console.model.short_names import short_model

NUMBERED = 9
"""So many sessions have a key of their own."""

NO_PROJECT = "no folder"


class Kind(Enum):
    """What a row is about."""

    PROJECT = auto()
    SESSION = auto()
    SUBAGENT = auto()
    TASK = auto()


class View(Struct, frozen=True):
    """What the person wants to see.

    Attributes:
        words: Each must be found in a session, in any case of letters.
        by_project: Sessions of one project stand together; under its name, when there are several.
        hide_closed: Sessions that have ended are left out.
        all_open: Subagents and tasks of every session are shown.
        turned: Keys of rows that are not as `all_open` says; projects are open otherwise.
    """

    words: tuple[str, ...] = ()
    by_project: bool = False
    hide_closed: bool = False
    all_open: bool = False
    turned: frozenset[str] = frozenset()

    def is_open(self, key: str) -> bool:
        """Whether what is below a session is shown."""
        return self.all_open is not (key in self.turned)

    def is_folded(self, project_key: str) -> bool:
        """Whether the sessions of a project are not shown."""
        return project_key in self.turned


class Row(Struct, frozen=True):
    """One row.

    Attributes:
        key: The same for the same thing, whatever happens to it.
        kind: What it is about.
        name: The project's name, for its row.
        session: The session, or the one it belongs to; null for a project.
        number: The key that jumps there, for the first sessions.
        below: How many rows belong under it.
        is_open: They are shown.
        is_last: The last one under its session.
        inside: It stands under its project's name.
        alike: Another session on the board has the same name.
        subagent, task: Whom a row below a session is about.
        counts: Sessions by status, for a project.
    """

    key: str
    kind: Kind
    name: str = ""
    session: Session | None = None
    number: int | None = None
    below: int = 0
    is_open: bool = False
    is_last: bool = False
    inside: bool = False
    alike: bool = False
    subagent: Subagent | None = None
    task: BackgroundTask | None = None
    counts: tuple[tuple[Status, int], ...] = ()

    @property
    def since_ms(self) -> int | None:
        """Since when it is as it is, Unix milliseconds."""
        if self.subagent is not None:
            return self.subagent.since_ms
        return self.session.since_ms if self.session and self.kind is Kind.SESSION else None

    def looks_like(self, other: "Row") -> bool:
        """Whether what it shows is the same, apart from the time.

        A session that changes is a new object, so that no field need be compared.
        """
        return (
            self.session is other.session
            and self.number == other.number
            and self.below == other.below
            and self.is_open is other.is_open
            and self.is_last is other.is_last
            and self.inside is other.inside
            and self.alike is other.alike
            and self.counts == other.counts
        )


def board_rows(sessions: Sequence[Session], view: View) -> list[Row]:
    """The rows, top to bottom.

    Args:
        sessions: The board, most urgent first.
        view: What the person wants to see.
    """
    names = Counter(session.display_name for session in sessions)
    alike = {name for name, count in names.items() if count > 1}
    shown = [session for session in sessions if _is_shown(session, view)]
    rows: list[Row] = []
    number = 0
    for project, members in _projects(shown) if view.by_project else (("", shown),):
        inside = view.by_project and len(members) > 1
        if inside:
            row = _project_row(project, members, view)
            rows.append(row)
            if not row.is_open:
                continue
        for session in members:
            number += 1
            is_alike = session.display_name in alike
            row = _session_row(session, number, view, inside=inside, alike=is_alike)
            rows.append(row)
            if row.is_open:
                rows += _below(session)
    return rows


def project_of(session: Session) -> str:
    """The project a session belongs to: its folder's name, told from others of that name."""
    return session.display_name if session.working_dir else NO_PROJECT


def matches(session: Session, words: Iterable[str]) -> bool:
    """Whether each of the words is found in what is known of a session."""
    text = " ".join(
        filter(
            None,
            (
                session.display_name,
                session.working_dir,
                session.label,
                session.git_branch,
                short_model(session.model),
                session.status,
                doing(session),
                session.title,
                session.note,
                *(agent.agent_type for agent in session.subagents),
                *(task.description for task in session.background_tasks),
            ),
        )
    ).casefold()
    return all(word in text for word in words)


def filter_words(typed: str) -> tuple[str, ...]:
    """What a person typed, as View has it."""
    return tuple(one_line(typed).casefold().split())


def _is_shown(session: Session, view: View) -> bool:
    if view.hide_closed and session.status is Status.CLOSED:
        return False
    return not view.words or matches(session, view.words)


def _projects(sessions: Iterable[Session]) -> Iterable[tuple[str, list[Session]]]:
    projects: dict[str, list[Session]] = {}
    for session in sessions:
        projects.setdefault(project_of(session), []).append(session)
    return projects.items()


def _project_row(project: str, members: Sequence[Session], view: View) -> Row:
    key = f"project {project}"
    counts = Counter(session.status for session in members)
    return Row(
        key,
        Kind.PROJECT,
        name=project,
        below=len(members),
        is_open=not view.is_folded(key),
        counts=tuple(counts.items()),
    )


def _session_row(session: Session, number: int, view: View, *, inside: bool, alike: bool) -> Row:
    key = f"session {session.session_id}"
    below = len(session.subagents) + len(session.background_tasks)
    return Row(
        key,
        Kind.SESSION,
        session=session,
        number=number if number <= NUMBERED else None,
        below=below,
        is_open=bool(below) and view.is_open(key),
        inside=inside,
        alike=alike,
    )


def _below(session: Session) -> list[Row]:
    rows: list[Row] = []
    keys: set[str] = set()
    last = len(session.subagents) + len(session.background_tasks) - 1
    for place, subagent in enumerate(session.subagents):
        key = _unused(f"subagent {session.session_id} {subagent.agent_id}", keys)
        rows.append(
            Row(key, Kind.SUBAGENT, session=session, subagent=subagent, is_last=place == last)
        )
    for place, task in enumerate(session.background_tasks, len(session.subagents)):
        key = _unused(f"task {session.session_id} {task.type} {task.id}", keys)
        rows.append(Row(key, Kind.TASK, session=session, task=task, is_last=place == last))
    return rows


def _unused(key: str, keys: set[str]) -> str:
    """Nothing promises that Claude Code never lists one id twice."""
    while key in keys:
        key += "'"
    keys.add(key)
    return key
