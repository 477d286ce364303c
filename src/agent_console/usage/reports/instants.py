"""Instants as ISO 8601 texts.

Rule: times in JSON and CSV are UTC with milliseconds and a `Z`, whatever the zone of the report.
"""

from agent_console.usage.reports.calendar import iso

_DAY_MS = 86_400_000


def iso_ms(at_ms: int | None) -> str | None:
    """Unix milliseconds as `2026-11-20T13:00:00.000Z`; null stays null."""
    if at_ms is None:
        return None
    day, rest = divmod(at_ms, _DAY_MS)
    seconds, ms = divmod(rest, 1000)
    return f"{iso(day)}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}Z"
