"""What the user wants to be told of beside budgets: the table `alerts` of the configuration.

Rule: a number of 0 means: not this one. Nothing is on until the user says so.
"""

from decimal import Decimal
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta, Struct

from agent_console.errors import ConfigError

Usd = Annotated[float, Meta(ge=0, le=1_000_000)]
Percent = Annotated[int, Meta(ge=0, le=100)]


class AlertCommand(Struct, frozen=True):
    """One entry of `[[alerts.on]]`: a command of the user's own, run for each alert that it is for.

    Attributes:
        run: The program and its arguments; no shell reads it.
        kinds: For these kinds of alerts; empty for all.
        severities: `warning`, `exceeded`; empty for both.
        timeout_seconds: After which it is ended with all that it has started.
    """

    run: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    timeout_seconds: float = 10.0


class AlertsConfig(Struct, frozen=True):
    """When alerts are raised, and what is run for them.

    Attributes:
        burn_usd_per_hour: The current 5-hour block costs more than this an hour.
        five_hour_percent, seven_day_percent: So much of the account's limit is used.
        session_usd: A session has cost more than this.
        context_percent: So much of a session's context is used.
        waiting_minutes: A session waits for the person longer than this.
        unpriced_model: Usage of a model that nobody knows a price for.
        anomaly: Today has cost far more than days usually do.
        on: Commands.
    """

    burn_usd_per_hour: Usd = 0.0
    five_hour_percent: Percent = 0
    seven_day_percent: Percent = 0
    session_usd: Usd = 0.0
    context_percent: Percent = 0
    waiting_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 0
    unpriced_model: bool = False
    anomaly: bool = False
    on: tuple[AlertCommand, ...] = ()


MEANINGS = {
    "alerts.burn_usd_per_hour": "Alert when the 5-hour block costs more US dollars an hour; 0 is "
    "never, here and below.",
    "alerts.five_hour_percent": "Alert when so much of the account's 5-hour limit is used.",
    "alerts.seven_day_percent": "Alert when so much of the account's 7-day limit is used.",
    "alerts.session_usd": "Alert when a session has cost more US dollars.",
    "alerts.context_percent": "Alert when so much of a session's context is used.",
    "alerts.waiting_minutes": "Alert when a session waits for you longer.",
    "alerts.unpriced_model": "Alert when a model is used that nobody knows a price for.",
    "alerts.anomaly": "Alert when today has cost far more than your days usually do.",
    "alerts.on": "Commands of yours, run by `agent-console notify` for each alert.",
}
ON_WORDS = "tables: write `[[alerts.on]]` above each"
EXAMPLE = """\
## An example; take away both `#` to use it. The alert is JSON on the command's stdin.
## [[alerts.on]]
## run = ["/home/me/bin/tell-the-team", "--quiet"]   # no shell: a program and its arguments
## kinds = ["budget"]           # without it all kinds
## severities = ["exceeded"]    # "warning", "exceeded"; without it both
## timeout_seconds = 10.0       # then it is ended, with all that it has started
"""
"""An entry of `[[alerts.on]]` for a file that explains itself."""

_LONGEST_SECONDS = 3_600
_KEYS = {
    "run": 'a list of a program and its arguments, like ["notify-send", "Budget"]',
    "kinds": 'a list of kinds, like ["budget", "limit"]',
    "severities": 'a list of "warning" and "exceeded"',
    "timeout_seconds": f"a number above 0 and at most {_LONGEST_SECONDS}",
}


def commands(value: object) -> tuple[AlertCommand, ...]:
    """`alerts.on`, checked.

    Raises:
        ValueError: It is no list of tables.
        ConfigError: An entry cannot be used; the sentence lacks only the file.
    """
    if not isinstance(value, list):
        raise ValueError  # noqa: TRY004 - every value that is not allowed is one
    entries = cast("list[object]", value)
    tables = [cast("dict[str, object]", entry) for entry in entries if isinstance(entry, dict)]
    if len(tables) != len(entries):
        raise ValueError
    return tuple(_command(table, number) for number, table in enumerate(tables, 1))


def unknown_keys(written: object) -> list[str]:
    """Keys of entries that mean nothing to this version."""
    entries = cast("list[object]", written) if isinstance(written, list) else []
    return [
        f"alerts.on.{key}"
        for entry in entries
        if isinstance(entry, dict)
        for key in cast("dict[str, object]", entry)
        if key not in _KEYS
    ]


def plain(entries: tuple[AlertCommand, ...]) -> list[dict[str, Any]]:
    """The entries as the file has them."""
    return [
        {
            key: list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value
            for key, value in msgspec.structs.asdict(entry).items()
            if value
        }
        for entry in entries
    ]


def _command(table: dict[str, object], number: int) -> AlertCommand:
    for key, allowed in _KEYS.items():
        if not _is_allowed(key, table.get(key)) and (key in table or key == "run"):
            raise ConfigError(f"`{key}` of entry {number} of `alerts.on` must be {allowed}.")
    given: dict[str, Any] = {key: table[key] for key in _KEYS if key in table}
    if "timeout_seconds" in given:
        given["timeout_seconds"] = float(given["timeout_seconds"])
    return msgspec.convert(given, AlertCommand)


def _is_allowed(key: str, value: object) -> bool:
    if key == "timeout_seconds":
        is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return is_number and 0 < cast("float", value) <= _LONGEST_SECONDS
    if not isinstance(value, list):
        return False
    words = cast("list[object]", value)
    if not all(isinstance(word, str) and word and "\0" not in word for word in words):
        return False
    if key == "severities":
        return set(words) <= {"warning", "exceeded"}
    return bool(words) or key != "run"
