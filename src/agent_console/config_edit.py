"""Change the person's configuration file as they would: by hand, in one place of it.

Rule: comments, order and every other key stay as they are; what would come out is checked like any
file before it takes the place of the old one, whole or not at all; and when somebody else has
written meanwhile, the change is worked out anew on what they wrote.
"""

from codecs import BOM_UTF8
from collections.abc import Callable

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError

from agent_console import config
from agent_console.config_text import content_of, text_of
from agent_console.errors import ConfigError
from agent_console.paths import config_path
from agent_console.private_folder import make_private_folder
from agent_console.whole_file import replace_whole

ATTEMPTS = 10

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def edit(change: Callable[[TOMLDocument], None]) -> config.Config:
    """Change the file; the configuration as it is then.

    Args:
        change: Changes the document; called again when the file became another one meanwhile.

    Raises:
        ConfigError: The file cannot be read or written, is no TOML, or would hold a value that is
            not allowed: then it stays as it is.
    """
    path = config_path()
    for _ in range(ATTEMPTS):
        before = content_of(path)
        mark = BOM_UTF8 if before and before.startswith(BOM_UTF8) else b""
        try:
            document = tomlkit.parse(text_of(before or b"", path))
            change(document)
            after = mark + tomlkit.dumps(document).encode()
        except TOMLKitError as error:
            raise ConfigError(
                f"{path} is not valid TOML, and is left as it is: {error}."
            ) from error
        checked = config.check(after, path)
        if content_of(path) != before:
            continue
        if after != before:
            _write(path, after)
        return checked
    raise ConfigError(f"{path} is left as it is: somebody else keeps writing it. Try again.")


def _write(path: "Path", content: bytes) -> None:
    try:
        make_private_folder(path.parent)
        replace_whole(path, [content])
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error
