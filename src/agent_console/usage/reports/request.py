"""What the options of `agent-console usage` mean.

Rule: the only place that turns what was typed into a filter and a view, for click and for the
short way alike. A wrong value is a ValueError whose sentence says what is allowed.
"""

import os
import time

from agent_console.paths import claude_config_folder
from agent_console.usage.periods import HOUR_QUARTERS
from agent_console.usage.reports.buckets import last_periods
from agent_console.usage.reports.calendar import WEEKDAYS, iso
from agent_console.usage.reports.dates import first_day, last_day, span_or_count
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.options import EXPORT, OPTIONS
from agent_console.usage.reports.zone import QUARTER_SECONDS, Zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from agent_console.usage.cost_sql import Mode
    from agent_console.usage.reports.arrangement import Sort

    Given: TypeAlias = Mapping[str, str | bool | Sequence[str]]

FORMATS = ("json", "csv", "markdown")
SESSIONS_IN_A_TABLE = 200
"""Nobody reads more of them; --top, --json and --csv have them all."""

_MODES: "dict[str, Mode]" = {
    "auto": "auto",
    "calculate": "calculate",
    "reported": "reported",
    "display": "reported",
}
_PICO_DIGITS = 12


class OptionError(ValueError):
    """A value that is not allowed.

    Attributes:
        option: The option's long name.
    """

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


class Request:
    """A report as it was asked for.

    Attributes:
        grouping: The word for the report.
        wanted: What counts.
        now_ms: When it was asked, Unix milliseconds.
        session_id: The session to show message by message.
        format: `json`, `csv`, `markdown`; empty for a table.
        config_dirs: Claude Code's folders; empty for the usual ones.
        ingest: Look for new transcript lines first.
        coloured: What was said of colours; null when nothing was.
    """

    __slots__ = (
        "active",
        "breakdown",
        "coloured",
        "compact",
        "config_dirs",
        "descending",
        "format",
        "grouping",
        "ingest",
        "instances",
        "min_cost_pico",
        "now_ms",
        "session_id",
        "sort",
        "top",
        "wanted",
        "with_cost",
    )

    def __init__(self, grouping: str, given: "Given", timezone: str, now_ms: int) -> None:
        """Read the options.

        Args:
            grouping: The word for the report.
            given: Values by the long names of options; switches are true, repeated ones lists.
            timezone: The configured zone, for when none was given.
            now_ms: Unix milliseconds.

        Raises:
            OptionError: A value is not allowed.
        """
        _check(given)
        self.grouping = grouping
        self.now_ms = now_ms
        self.format = _format(given)
        self.session_id = _text(given, "id") or None
        self.active = bool(given.get("active"))
        self.breakdown = bool(given.get("breakdown"))
        self.instances = bool(given.get("instances"))
        self.with_cost = not given.get("no-cost")
        self.compact = bool(given.get("compact"))
        self.ingest = not given.get("no-ingest")
        self.config_dirs = _folders(given, "config-dir")
        self.coloured = False if given.get("no-color") else True if given.get("color") else None
        self.sort: Sort | None = _sort(_text(given, "sort"))
        order = _text(given, "order")
        self.descending = order == "desc" if order else None
        self.top = _count(given, "top", 10**9)
        if self.top is None and grouping == "session" and not self.format:
            self.top = SESSIONS_IN_A_TABLE
        self.min_cost_pico = _pico(given, "min-cost")
        if given.get("recent"):
            if given.get("last"):
                raise OptionError("recent", "it cannot go with --last: choose one")
            given = {**given, "last": "3d"}
        self.wanted = _filter(grouping, given, timezone, now_ms)
        if self.session_id and grouping != "session":
            raise OptionError("id", "it belongs to `usage session`")
        if self.active and grouping != "block":
            raise OptionError("active", "it belongs to `usage block`")
        if given.get("recent") and grouping != "block":
            raise OptionError("recent", "it belongs to `usage block`")

    @property
    def enough(self) -> int | None:
        """How many sessions are enough, the latest or largest; null when all are looked at."""
        needs_all = self.sort == "sessions" or self.min_cost_pico is not None
        return None if needs_all else self.top

    @property
    def streams(self) -> bool:
        """It is a long list that is only written out, in an order that is known before."""
        return (
            self.grouping == "session"
            and self.format in {"json", "csv"}
            and self.sort in {None, "date"}
            and self.min_cost_pico is None
            and not (self.instances and self.top is not None)
        )

    @property
    def counts_sessions(self) -> bool:
        """Rows need the number of their sessions."""
        return self.sort == "sessions"


def _filter(grouping: str, given: "Given", timezone: str, now_ms: int) -> Filter:
    try:
        zone = Zone(_text(given, "timezone") or timezone)
    except ValueError as error:
        raise OptionError("timezone", str(error)) from None
    week = _text(given, "start-of-week")
    wanted = Filter(
        projects=_texts(given, "project"),
        models=_texts(given, "model"),
        sessions=_texts(given, "session"),
        zone=zone,
        first_weekday=WEEKDAYS.index(week) if week else 0,
        billing_day=_count(given, "billing-day", 31) or 1,
        mode=_MODES[_text(given, "mode") or "auto"],
        include_unlisted=not given.get("no-unlisted"),
    )
    now = now_ms // 1000 // QUARTER_SECONDS
    today = zone.day(now)
    since, until, last = (_text(given, name) for name in ("since", "until", "last"))
    option = ""
    try:
        if since:
            option = "since"
            wanted.since = zone.day_start(first_day(since, today))
        if until:
            option = "until"
            wanted.until = zone.day_start(last_day(until, today) + 1)
        if last:
            option = "last"
            first, count = span_or_count(last, today)
            if count is not None:
                local = now + zone.offset(now)
                hour = now - local % HOUR_QUARTERS
                start = last_periods(grouping, count, today, hour, wanted)
            else:
                start = zone.day_start(today if first is None else first)
            wanted.since = start if wanted.since is None else max(wanted.since, start)
    except (ValueError, OverflowError) as error:
        raise OptionError(option, str(error)) from None
    if wanted.since is not None and wanted.until is not None and wanted.until <= wanted.since:
        begins, ends = iso(zone.day(wanted.since)), iso(zone.day(wanted.until - 1))
        raise OptionError("until", f"the last day, {ends}, is before the first, {begins}")
    return wanted


def _check(given: "Given") -> None:
    for option in (*OPTIONS, *EXPORT):
        value = given.get(option.name)
        if value == "" or (isinstance(value, (list, tuple)) and "" in value):
            raise OptionError(option.name, "it is empty: give it a value or leave it out")
        if option.choices and value and value not in option.choices:
            raise OptionError(option.name, f'"{value}" is not one of {", ".join(option.choices)}')


def _format(given: "Given") -> str:
    wanted = [name for name in FORMATS if given.get(name)]
    if len(wanted) > 1:
        raise OptionError(wanted[1], f"it cannot go with --{wanted[0]}: choose one")
    return wanted[0] if wanted else ""


def _text(given: "Given", name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""


def _texts(given: "Given", name: str) -> tuple[str, ...]:
    value = given.get(name)
    if value is None or isinstance(value, bool):
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _folders(given: "Given", name: str) -> "tuple[str, ...]":
    folders = tuple(os.path.expanduser(folder) for folder in _texts(given, name))
    for folder in folders:
        if not os.path.isdir(folder):
            raise OptionError(name, f'there is no folder "{folder}"')
    return tuple(map(claude_config_folder, folders))


def _sort(word: str) -> "Sort | None":
    match word:
        case "cost" | "tokens" | "sessions" | "date":
            return word
        case _:
            return None


def _count(given: "Given", name: str, largest: int) -> int | None:
    text = _text(given, name)
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 12 and 0 < int(text) <= largest:
        return int(text)
    raise OptionError(name, f'"{text}" is no whole number from 1 to {largest}')


def _pico(given: "Given", name: str) -> int | None:
    text = _text(given, name).removeprefix("$")
    if not text:
        return None
    whole, _, rest = text.partition(".")
    digits = f"{whole}{rest}"
    if digits.isascii() and digits.isdecimal() and len(whole) < 7 and len(rest) <= _PICO_DIGITS:
        return int(f"{whole or '0'}{rest.ljust(_PICO_DIGITS, '0')}")
    raise OptionError(name, f'"{text}" is no amount of dollars like 0.50')


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000
