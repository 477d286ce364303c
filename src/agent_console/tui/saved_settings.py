"""Write a setting of the terminal app into the configuration file.

Rule: the file is the person's: comments, order and every other key stay as they are, and it is
replaced whole or not at all.
"""

from typing import TYPE_CHECKING

import tomlkit
from tomlkit.exceptions import TOMLKitError

from agent_console.errors import ConfigError
from agent_console.paths import config_path
from agent_console.whole_file import replace_whole

if TYPE_CHECKING:
    from pathlib import Path


def save(table: str, values: "dict[str, str | bool | int]") -> "Path":
    """Set these keys of a table; the file's path.

    Args:
        table: As in the file: `tui`.
        values: By key.

    Raises:
        ConfigError: The file cannot be read or written, or is no TOML: then it stays as it is.
    """
    path = config_path()
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        document = tomlkit.document()
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML, and is left as it is: {error}.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    section = document.setdefault(table, tomlkit.table())
    section.update(values)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_whole(path, [tomlkit.dumps(document).encode()])
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error
    return path
