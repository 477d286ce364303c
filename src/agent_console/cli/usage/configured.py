"""The configured time zone and week, as far as it can be seen without a TOML parser.

Rule: only what nobody could read differently is taken; anything else is a ValueError, and the full
command reads the file properly.
"""

import os

from agent_console.paths import config_file


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
        if line.startswith("["):
            table = line
        if about_weeks and not line.startswith("#") and "week_start" in line:
            raise ValueError(line)
        if line.startswith("#") or "timezone" not in line:
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
