"""Folders that go in the very moment in which they are to be watched are waited for again."""

import select
import sys
from pathlib import Path

import pytest

from agent_console.daemon.watching.folder_change import FolderChange

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.mark.parametrize("goes", ["a", "a/b"])
def test_a_folder_that_goes_before_it_is_watched_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, goes: str
) -> None:
    from agent_console.daemon.watching.inotify import InotifyWatch

    wanted = tmp_path / "a" / "b"
    (tmp_path / goes).mkdir(parents=True)
    add_watch = InotifyWatch._watch  # pyright: ignore[reportPrivateUsage]

    def gone_just_now(watch: InotifyWatch, at: Path, *, awaits: bool) -> int | None:
        if (tmp_path / goes).is_dir():
            (tmp_path / goes).rmdir()
        return add_watch(watch, at, awaits=awaits)

    monkeypatch.setattr(InotifyWatch, "_watch", gone_just_now)
    watch = InotifyWatch([wanted])
    monkeypatch.undo()
    try:
        wanted.mkdir(parents=True)
        assert select.select([watch], [], [], 10)[0]
        assert FolderChange(wanted) in watch.read()
    finally:
        watch.close()
