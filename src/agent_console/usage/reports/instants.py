"""Instants as ISO 8601 texts.

Rule: times in JSON and CSV are UTC with milliseconds and a `Z`, whatever the zone of the report.
"""

from agent_console.usage.reports.calendar import iso

_MINUTE_MS = 60_000
_DAY_MINUTES = 1_440

_CLOCK: dict[int, str] = {}
"""Minutes of the day are few and come again."""


def iso_ms(at_ms: int | None) -> str | None:
    """Unix milliseconds as `2026-11-20T13:00:00.000Z`; null stays null."""
    if at_ms is None:
        return None
    minutes, ms = divmod(at_ms, _MINUTE_MS)
    day, minute = divmod(minutes, _DAY_MINUTES)
    clock = _CLOCK.get(minute)
    if clock is None:
        clock = _CLOCK[minute] = f"{minute // 60:02}:{minute % 60:02}"
    digits = str(100_000 + ms)  # (Filling up with zeros takes longer.)
    return f"{iso(day)}T{clock}:{digits[1:3]}.{digits[3:]}Z"
