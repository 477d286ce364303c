"""The segment of a status bar: how many sessions wait, what today cost, how full the limits are.

Rule: it imports nothing and reads no clock, and holds only numbers and words of ours: nothing that
a bar could take for markup (tmux's `#`, waybar's `<`) can get into it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FORMATS = ("plain", "tmux", "waybar-json")

_STATUSES = (
    ("question", "?", "magenta", "ask you something"),
    ("attention", "!", "yellow", "wait for you"),
    ("working", "▸", "green", "work"),
)
_LIMITS = (("five_hour", "5h"), ("seven_day", "7d"))
_BUSY_PERCENT, _FULL_PERCENT = 70, 90
_NOTHING = "-"
_ABSENT = "No daemon of agent-console answers."


def segment(form: str, status: "Any", spending: "Any", now: float) -> str:
    """The segment, without a newline.

    Args:
        form: One of FORMATS.
        status: The `data` of STATUS as JSON has it; anything else when no daemon answered.
        spending: The `data` of STATUSLINE; anything else when the ledger did not answer.
        now: Unix seconds; a limit that has been reset since is not shown.
    """
    if _at(status, "sessions") is None:
        return _absent(form)
    counts = [(*words, _number(status, "sessions", words[0]) or 0) for words in _STATUSES]
    waiting = [(name, f"{count}{sign}", colour) for name, sign, colour, _, count in counts if count]
    cost = _number(spending, "today_cost_usd")
    limits = [
        (label, percent)
        for name, label in _LIMITS
        if (percent := _used_percent(spending, name, now)) is not None
    ]
    if form == "waybar-json":
        says = [f"{count} {does}" for *_, does, count in counts if count]
        return _waybar(waiting, says, cost, limits)
    tmux = form == "tmux"
    parts = [_coloured(text, colour) if tmux else text for _, text, colour in waiting]
    parts = parts or [_coloured(_NOTHING, "brightblack") if tmux else _NOTHING]
    if cost is not None:
        parts.append(_dollars(cost))
    parts += [
        f"{label} {_coloured(_percent(used), _colour(used)) if tmux else _percent(used)}"
        for label, used in limits
    ]
    return " ".join(parts)


def _absent(form: str) -> str:
    if form == "waybar-json":
        return _json(_NOTHING, _ABSENT, "absent")
    return _coloured(_NOTHING, "brightblack") if form == "tmux" else _NOTHING


def _waybar(
    waiting: list[tuple[str, str, str]],
    says: list[str],
    cost: float | None,
    limits: list[tuple[str, float]],
) -> str:
    """A custom module's line with `return-type: json`: text, tooltip, and the status as a class."""
    text = " ".join(part for _, part, _ in waiting) or _NOTHING
    lines = says or ["No sessions."]
    if cost is not None:
        text += f" {_dollars(cost)}"
        lines.append(f"{_dollars(cost)} today")
    lines += [f"{label} limit: {_percent(used)} used" for label, used in limits]
    fullest = max((used for _, used in limits), default=None)
    return _json(text, "\\n".join(lines), waiting[0][0] if waiting else "idle", fullest)


def _json(text: str, tooltip: str, status: str, percentage: float | None = None) -> str:
    more = "" if percentage is None else f',"percentage":{percentage:.0f}'
    return f'{{"text":"{text}","tooltip":"{tooltip}","alt":"{status}","class":"{status}"{more}}}'


def _used_percent(spending: "Any", name: str, now: float) -> float | None:
    """How much of a limit is used; null when it is not known, or has been reset since."""
    resets_at_ms = _number(spending, "limits", name, "resets_at_ms")
    if resets_at_ms is not None and resets_at_ms <= now * 1000:
        return None
    return _number(spending, "limits", name, "used_percent")


def _number(found: "Any", *path: str) -> float | None:
    found = _at(found, *path)
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _at(found: "Any", *path: str) -> "Any":
    """What lies at a path of keys; null when there is nothing."""
    try:
        for key in path:
            found = found[key]
    except (TypeError, KeyError):
        return None
    return found


def _dollars(usd: float) -> str:
    return f"${usd:,.2f}"


def _percent(used: float) -> str:
    return f"{used:.0f}%"


def _colour(used: float) -> str:
    return "red" if used >= _FULL_PERCENT else "yellow" if used >= _BUSY_PERCENT else "green"


def _coloured(text: str, colour: str) -> str:
    return f"#[fg={colour}]{text}#[default]"
