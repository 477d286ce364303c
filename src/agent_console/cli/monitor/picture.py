"""The monitor as a picture for a terminal."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from textwrap import wrap

from rich.console import Group, RenderableType
from rich.text import Text

from agent_console.board.feed import Entry
from agent_console.board.fixed_width import fixed_width
from agent_console.board.session_table import session_table
from agent_console.cli.monitor.view import View, counts
from agent_console.model.budget import DAY_MS
from agent_console.model.format import cost, elapsed, exact_cost, tokens
from agent_console.model.session import Status
from agent_console.model.session_words import STATUS_STYLES
from agent_console.model.usage import Limit
from agent_console.usage.insight.pace import LAST_MESSAGES, Pace

LEAST_EVENTS = 3
NAME_COLUMNS = 18
_NAME_WIDTH = 11
_TEXT_COLUMNS = 20
_STYLES = {"usage": "dim", "alert": "bold yellow", "removed": "dim"}


def picture(view: View, zone: tzinfo | None, columns: int, rows: int | None) -> RenderableType:
    """Everything, as far as there is room: the latest events and the most urgent sessions stay.

    Args:
        view: What to show.
        zone: In which times are shown.
        columns: The width.
        rows: The height; null for as many as it takes.
    """
    active = view.active
    figures = _figures(view, columns)
    room = None if rows is None else rows - len(figures) - 4
    shown = len(active)
    if room is not None:
        kept = min(LEAST_EVENTS, len(view.events))
        shown = max(1, min(len(active), room - kept - (len(active) > room - kept)))
    hidden = len(active) - shown
    parts: list[RenderableType] = [*figures, Text()]
    if active:
        parts.append(session_table(active[:shown], view.at_ms, columns, cut=True))
        if hidden:
            parts.append(Text(f"and {hidden} more", "dim"))
    else:
        parts.append(Text("No active session.", "dim"))
    left = None if room is None else max(0, room - max(1, shown) - (hidden > 0))
    events = view.events if left is None else view.events[max(0, len(view.events) - left) :]
    parts += [Text(), *_events(events, view.at_ms, zone, columns)]
    return Group(*parts)


def _figures(view: View, columns: int) -> list[Text]:
    now = view.now
    head = Text("Sessions   ", "dim", no_wrap=True, overflow="ellipsis")
    for status, count in counts(view.sessions).items():
        if count and status != Status.CLOSED:
            head.append(f"{count} {status}  ", STATUS_STYLES[Status(status)])
    if not view.active:
        head.append("none active  ", "default not dim")
    if not view.connected:
        head.append("No daemon answers; waiting for it.", "bold red")
    limits = [
        f"{name} limit {limit.used_percent:.0f}% used"
        for name, limit in (("5 h", view.limits.five_hour), ("7 d", view.limits.seven_day))
        if limit is not None and _is_valid(limit, view.at_ms)
    ]
    today = f"{exact_cost(now.today_usd)} so far, about {cost(now.projected_usd)} at its end"
    if now.unpriced_tokens:
        today += f" *{tokens(now.unpriced_tokens)} tokens have no price"
    return [
        head,
        _line(f"Last {LAST_MESSAGES}", _pace(now.last_messages)),
        _line("Last hour", _pace(now.last_hour)),
        _line("Today", f"{tokens(now.today_tokens)} tokens, {today}"),
        *(
            _problem(view.problem, columns)
            if view.problem
            else [_line("Limits", ", ".join(limits) or "not known")]
        ),
    ]


def _problem(said: str, columns: int) -> list[Text]:
    """All of it: what to do stands at its end."""
    lines = wrap(said, max(_TEXT_COLUMNS, columns - _NAME_WIDTH), break_on_hyphens=False)
    return [_line("" if number else "Problem", line) for number, line in enumerate(lines)]


def _line(name: str, text: str) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(name.ljust(_NAME_WIDTH), "dim")
    return line.append(text)


def _pace(pace: Pace | None) -> str:
    if pace is None or not pace.tokens:
        return "nothing"
    responses = f"{pace.responses} response{'' if pace.responses == 1 else 's'}"
    return (
        f"{tokens(round(pace.tokens_per_minute))} tokens/min, "
        f"{exact_cost(round(pace.usd_per_minute, 6))}/min ({responses} in {elapsed(pace.over_ms)})"
    )


def _is_valid(limit: Limit, at_ms: int) -> bool:
    return limit.resets_at_ms is None or limit.resets_at_ms > at_ms


def _events(entries: Sequence[Entry], at_ms: int, zone: tzinfo | None, columns: int) -> list[Text]:
    if not entries:
        return [Text("No event yet.", "dim")]
    lines: list[Text] = []
    for entry in entries:
        line = Text(
            f"{_clock(entry.at_ms, at_ms, zone)}  ", "dim", no_wrap=True, overflow="ellipsis"
        )
        line.append_text(fixed_width(entry.name, NAME_COLUMNS, "default not dim")).append("  ")
        style = STATUS_STYLES[entry.status] if entry.status else _STYLES.get(entry.kind, "")
        line.append(entry.text, style)
        line.truncate(columns, overflow="ellipsis")
        lines.append(line)
    return lines


def _clock(at_ms: int, now_ms: int, zone: tzinfo | None) -> str:
    """The time of day, or of what is older than a day the day."""
    moment = datetime.fromtimestamp(at_ms / 1000, zone)
    return f"{moment:%H:%M:%S}" if now_ms - at_ms < DAY_MS else f"{moment:%d %b  }"
