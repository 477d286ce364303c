"""What a page is about, as its address says it: a view can be kept as a bookmark.

Rule: the words are those of `agent-console usage`, and so is what they mean.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict, replace

from agent_console.model.format import printable
from agent_console.model.session import Session
from agent_console.model.short_names import short_model
from agent_console.usage.reports.matching import EXACTLY, is_model, is_project
from agent_console.usage.reports.request import Request
from agent_console.web.asking.console import Console

RANGES = (("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days"), ("", "All"))
STEPS = (("daily", "Day"), ("weekly", "Week"), ("monthly", "Month"))
NAMED = ("project", "model")
"""What a filter can name."""
CARRIED = ("last", "since", "until", "all", *NAMED)
"""What is the same on all pages: who goes to another one goes on looking at the same."""


class Filters(Struct, frozen=True):
    """A view.

    Attributes:
        last: `7d`, `30d`, …; empty for no such border.
        since, until: Days as `usage --since` takes them.
        project, model: As `usage --project` takes them.
        by: `daily`, `weekly` or `monthly`, where time matters.
    """

    last: str = ""
    since: str = ""
    until: str = ""
    project: str = ""
    model: str = ""
    by: str = "daily"

    @classmethod
    def of(cls, query: Mapping[str, str], last: str = "") -> "Filters":
        """What an address says.

        Args:
            query: Its parameters.
            last: The range when it says none.
        """
        given = {name: query[name] for name in cls.__struct_fields__ if query.get(name)}
        if given.get("by") not in {name for name, _ in STEPS}:
            given.pop("by", None)
        if not {"last", "since", "until", "all"} & query.keys():
            given["last"] = last
        return cls(**given)

    def address(self, path: str, **changes: str) -> str:
        """The address of a page, which may have parameters, in this view with changes."""
        values = asdict(replace(self, **changes))
        if values["by"] == "daily":
            del values["by"]
        query = {name: value for name, value in values.items() if value}
        if not {"last", "since", "until"} & query.keys():
            query["all"] = "1"
        return f"{path}{'&' if '?' in path else '?'}{urlencode(query)}" if query else path

    def request(self, console: Console, report: str, **more: Any) -> Request:
        """A report of it.

        Raises:
            ValueError: Something is not allowed; the message says what would be.
        """
        request = console.request(
            report, last=self.last, since=self.since, until=self.until,
            project=[self.project] if self.project else "",
            model=[self.model] if self.model else "", **more,
        )  # fmt: skip
        request.top = None
        return request

    def on(self, end: str, day: str) -> "Filters":
        """The same from or until a day; the other end goes along where it would be beyond it.

        Args:
            end: `since` or `until`.
            day: As in `2026-05-01`; empty for none.
        """
        chosen = replace(self, last="", **{end: day})
        if chosen.since and chosen.until and chosen.since > chosen.until:
            return replace(chosen, since=day, until=day)
        return chosen

    @property
    def names_something(self) -> bool:
        """It is about one project or one model."""
        return bool(self.project or self.model)

    def takes(self, session: Session) -> bool:
        """Whether a session of the board is what the filter names; ranges are of the past."""
        if self.model:
            model = session.model or (session.metadata.model if session.metadata else None)
            if not is_model(model or "", self.model):
                return False
        if not self.project:
            return True
        folder = session.working_dir or ""
        below = f"{self.project.removeprefix(EXACTLY).rstrip('/')}/"
        return is_project(folder, self.project) or folder.startswith(below)


def elsewhere(path: str, query: Mapping[str, str], **changes: str) -> str:
    """The address of a page that is about the same as this one.

    Args:
        path: The other page's; it may have a query of its own.
        query: This page's.
        changes: What is different there; an empty text for what is not asked for.
    """
    carried = {name: query[name] for name in CARRIED if query.get(name)} | changes
    written = urlencode({name: value for name, value in carried.items() if value})
    return f"{path}{'&' if '?' in path else '?'}{written}" if written else path


def without(path: str, query: Mapping[str, str], name: str) -> str:
    """The address of this page without one of its filters."""
    left = {key: value for key, value in query.items() if key not in {name, "open"}}
    return f"{path}?{urlencode(left)}" if left else path


def name_choices(names: Iterable[str], kind: str) -> dict[str, str]:
    """What a filter can name, and how each is shown: in that order, and no two alike."""
    shown = {name: short_name(name, kind) for name in names if name}
    times = Counter(shown.values())
    full = {name: words if times[words] == 1 else printable(name) for name, words in shown.items()}
    ranked = sorted(full, key=lambda name: (shown[name].casefold(), name))
    return {f"{EXACTLY}{name}": full[name] for name in ranked}


def nothing_advice(filters: Filters) -> list[str]:
    """What to do where a view is empty."""
    ranged = bool(filters.last or filters.since or filters.until)
    ways = [
        *(["remove a filter"] if filters.names_something else []),
        *(["choose a longer range above"] if ranged else []),
    ]
    return [
        *([f"{', or '.join(ways).capitalize()}."] if ways else []),
        "Is there nothing at all? `agent-console ingest` reads what Claude Code wrote.",
    ]


def short_name(name: str, kind: str) -> str:
    """What a filter names, as it is shown: `=/home/ada/shop` is `shop`."""
    name = name.removeprefix(EXACTLY)
    if kind == "model":
        return short_model(name)
    return printable(name.rstrip("/").rpartition("/")[2] or name)
