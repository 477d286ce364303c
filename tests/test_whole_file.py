"""A file gets a content whole or not at all, and what is no file stays what it is."""

import os
import stat
from pathlib import Path

import pytest

from agent_console.whole_file import replace_whole


def test_a_link_stays_and_leads_to_the_new_content(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "file")

    replace_whole(link, [b"new"])

    assert link.is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    fifo, link = tmp_path / "fifo", tmp_path / "link"
    os.mkfifo(fifo)
    link.symlink_to(fifo)

    with pytest.raises(OSError, match="it is no ordinary file"):
        replace_whole(link, [b"new"])

    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert sorted(tmp_path.iterdir()) == [fifo, link]
