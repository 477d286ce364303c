"""What we put where, kept in our data folder so that it can be taken out again.

Rule: it is written before the thing it tells of, so that after a crash it may tell of something
that is not there, and never the other way round.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct, field

from agent_console.claude_code.settings import Footprint
from agent_console.cli.install import files
from agent_console.errors import ConfigError
from agent_console.paths import data_dir, manifest_path
from agent_console.private_folder import make_private_folder

VERSION = 1


class Manifest(Struct, frozen=True):
    """Everything that `uninstall` needs to know.

    Attributes:
        version: Of this file's format.
        settings: What moving into each settings file did, by the file's absolute path.
        scripts: Files that were copied for Claude Code to run.
        units: systemd units and drop-ins.
        sockets: The daemon sockets that were written into commands and units.
    """

    version: int = VERSION
    settings: dict[str, Footprint] = field(default_factory=dict[str, Footprint])
    scripts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()


def path() -> Path:
    """Where it lies."""
    return manifest_path()


def load() -> Manifest:
    """The manifest; an empty one when nothing was installed.

    Raises:
        ConfigError: It is there and cannot be read.
    """
    content = files.read(path())
    if content is None:
        return Manifest()
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise ConfigError(
            f"{path()} is damaged ({error}): remove it; our entries are then recognised by name."
        ) from error
    if manifest.version > VERSION:
        raise ConfigError(f"{path()} is of a newer agent-console: use that one.")
    return manifest


def save(manifest: Manifest) -> None:
    """Keep a manifest; one that says nothing is taken away."""
    if manifest == Manifest():
        files.remove(path())
        return
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    if files.read(path()) != content:
        files.write(path(), content, 0o600)


@contextmanager
def only_one() -> Generator[None]:
    """Hold the lock under which installations are changed.

    Raises:
        ConfigError: Our data folder cannot be used.
    """
    folder = data_dir()
    try:
        make_private_folder(folder)
        # The folder itself is locked: there is no file to leave behind.
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be used: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
