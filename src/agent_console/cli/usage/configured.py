"""The configured time zone and week, as far as it can be seen without a TOML parser.

Rule: only what nobody could read differently is taken; anything else is a ValueError, and the full
command reads the file properly.
"""

import os

from agent_console.paths import config_file
from agent_console.usage.reports.calendar import WEEKDAYS


def plain_timezone(*, about_weeks: bool = False) -> str:
    """`display.timezone`; empty when nothing is configured.

    Args:
        about_weeks: The first day of a week matters too: it must not be configured.

    Raises:
        ValueError: The file has to be read properly.
    """
    path = config_file()
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError(path)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read().removeprefix("\ufeff")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ValueError(str(error)) from error
    table = zone = ""
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            table = line
        if not _is_plain(line) or ("week_start" in line and (about_weeks or not _is_week(line))):
            raise ValueError(line)
        if "timezone" not in line:
            continue
        key, _, value = line.partition("=")
        value = value.strip()
        if zone or table != "[display]" or key.strip() != "timezone":
            raise ValueError(line)
        zone = value[1:-1]
        if (
            value[:1] != '"'
            or value[-1:] != '"'
            or not all(char.isalnum() or char in "/_+-" for char in zone)
        ):
            raise ValueError(line)
    return zone


def _is_plain(line: str) -> bool:
    """It looks like TOML that ends with the line."""
    if line.startswith("["):
        return line.partition("#")[0].rstrip().endswith("]")
    key, _, value = line.partition("=")
    return bool(key.strip() and value.strip())


def _is_week(line: str) -> bool:
    key, _, value = line.partition("=")
    day = value.strip()
    return key.strip() == "week_start" and day[:1] == day[-1:] == '"' and day[1:-1] in WEEKDAYS
