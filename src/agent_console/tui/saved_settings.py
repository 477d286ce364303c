"""Write settings of the terminal app into the configuration file."""

from typing import TYPE_CHECKING, cast

import tomlkit

from agent_console.config_edit import edit
from agent_console.paths import config_path

if TYPE_CHECKING:
    from pathlib import Path

    from tomlkit import TOMLDocument
    from tomlkit.items import Table


def save(table: str, values: "dict[str, str | bool | int]") -> "Path":
    """Set these keys of a table; the file's path.

    Args:
        table: As in the file: `tui`.
        values: By key.

    Raises:
        ConfigError: The file cannot be read or written, or is no TOML: then it stays as it is.
    """

    def change(document: "TOMLDocument") -> None:
        section = cast("Table", document.setdefault(table, tomlkit.table()))
        for key, value in values.items():
            section[key] = value

    edit(change)
    return config_path()
