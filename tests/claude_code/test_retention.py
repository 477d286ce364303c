"""How long Claude Code keeps transcripts, by its settings."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from agent_console.claude_code import retention
from agent_console.claude_code.retention import (
    configured_retention_days,
    retention_days,
    retention_words,
)

CASES: list[tuple[list[dict[str, Any]], int]] = [
    ([], 30),
    ([{"theme": "dark"}], 30),
    ([{"cleanupPeriodDays": 365}], 365),
    ([{"cleanupPeriodDays": 365}, {"cleanupPeriodDays": 7}], 7),
    ([{"cleanupPeriodDays": 0}], 0),
    ([{"cleanupPeriodDays": -3}], 0),
    ([{"cleanupPeriodDays": True}, {"cleanupPeriodDays": "9"}], 30),
]


@pytest.mark.parametrize(("settings", "days"), CASES)
def test_the_shortest_time_counts_and_thirty_days_without_one(
    settings: list[dict[str, Any]], days: int
) -> None:
    assert retention_days(settings) == days


def test_settings_of_every_folder_and_of_the_administrator_are_read(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [scratch_home / "a", scratch_home / "b", scratch_home / "none"]
    for folder, text in zip(folders, ('\ufeff{"cleanupPeriodDays": 90}', "{broken"), strict=False):
        folder.mkdir()
        (folder / "settings.json").write_text(text)
    managed = scratch_home / "managed.json"
    monkeypatch.setattr(retention, "MANAGED_SETTINGS", (str(managed),))

    assert configured_retention_days(folders) == 90
    managed.write_text(json.dumps({"cleanupPeriodDays": 14}))
    assert configured_retention_days(folders) == 14


def test_the_words() -> None:
    assert retention_words(0) == "Claude Code keeps no transcripts (cleanupPeriodDays is 0)"
    assert retention_words(1) == "Claude Code deletes transcripts after 1 day"
    assert retention_words(30) == "Claude Code deletes transcripts after 30 days"


def test_a_pipe_in_place_of_settings_says_nothing_and_is_not_waited_for(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MANAGED_SETTINGS", ())
    os.mkfifo(scratch_home / "settings.json")

    assert configured_retention_days([scratch_home]) == 30
