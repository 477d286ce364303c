"""What is unusual, for people and for scripts."""

import os
from collections.abc import Sequence
from typing import Any

from agent_console.model.format import cost, printable
from agent_console.model.short_names import short_path
from agent_console.usage.insight.unusual import Cause, Unusual
from agent_console.usage.insight.unusual_words import SHORT_ID, cause_words
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.table import wrapped

INDENT = 4


def sentences(found: Sequence[Unusual], width: int) -> str:
    """A paragraph for each, with what drove it below."""
    home = os.path.expanduser("~")
    lines: list[str] = []
    for each in found:
        lines.append(wrapped(headline(each, home), width))
        for cause in each.causes:
            told = wrapped(cause_words(cause, home), width - INDENT)
            lines.append(" " * INDENT + told.replace("\n", "\n" + " " * INDENT))
    return "".join(f"{line}\n" for line in lines)


def headline(each: Unusual, home: str) -> str:
    """`2026-11-18  day  $35.26, usually $5.83 (6.0 times)`."""
    match each.scope:
        case "day":
            what = "day"
        case "project":
            what = f"project {short_path(each.name, home)}"
        case "session":
            what = f"session {printable(each.name[:SHORT_ID])}"
    times = f" ({each.cost_usd / each.usual_usd:.1f} times)" if each.usual_usd > 0 else ""
    return f"{iso(each.day)}  {what}: {cost(each.cost_usd)}, usually {cost(each.usual_usd)}{times}"


def as_data(found: Sequence[Unusual], history_days: int) -> dict[str, Any]:
    """The same for scripts, in US dollars."""
    home = os.path.expanduser("~")
    return {
        "history_days": history_days,
        "anomalies": [
            {
                "date": iso(each.day),
                "scope": each.scope,
                "name": each.name or None,
                "cost_usd": each.cost_usd,
                "usual_usd": each.usual_usd,
                "limit_usd": each.limit_usd,
                "causes": [_cause_data(cause, home) for cause in each.causes],
            }
            for each in found
        ],
    }


def _cause_data(cause: Cause, home: str) -> dict[str, Any]:
    driver = cause.driver
    return {
        "kind": driver.kind,
        "project": driver.project,
        "cost_usd": driver.value,
        "usual_usd": driver.usual,
        "growth_percent": driver.growth_percent,
        "session_id": cause.session_id,
        "text": cause_words(cause, home),
    }
