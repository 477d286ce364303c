"""The configuration file as it lies on the disk: its bytes, its text, and what that says as TOML.

Rule: nothing here knows a key; `path` is only what errors name.
"""

from decimal import Decimal
from typing import Any

from agent_console.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def read_file(path: "Path") -> dict[str, Any]:
    """What the file says, unchecked; empty when there is none.

    Raises:
        ConfigError: It cannot be read or is no TOML.
    """
    content = content_of(path)
    return {} if content is None else parsed(content, path)


def content_of(path: "Path") -> bytes | None:
    """The file as it is; null when there is none.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise ConfigError(f"{path} cannot be read: it is no ordinary file.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error


def text_of(content: bytes, path: "Path") -> str:
    """What a file with this content says, without the mark that editors of Windows begin with.

    Raises:
        ConfigError: It is no UTF-8, which TOML always is.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} is not valid TOML: it is no UTF-8 from byte {error.start} on. "
            "Save it as UTF-8."
        ) from error


def parsed(content: bytes, path: "Path") -> dict[str, Any]:
    """What a file with this content says, unchecked.

    Raises:
        ConfigError: It is no TOML.
    """
    import tomllib  # noqa: PLC0415 - most people have no such file

    try:
        # A price is what is written, not the float beside it.
        return tomllib.loads(text_of(content, path), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error
