"""What the state weighs, with full histories and the strings that sessions really have."""

import subprocess
import sys
from pathlib import Path

import pytest

WEIGH = str(Path(__file__).with_name("state_weight.py"))


@pytest.mark.parametrize(
    ("sessions", "how", "megabytes"), [(100, "traced", 1), (10_000, "resident", 80)]
)
def test_sessions_with_full_histories_stay_small(sessions: int, how: str, megabytes: int) -> None:
    weighed = subprocess.run(
        [sys.executable, WEIGH, str(sessions), how], capture_output=True, text=True, check=True
    )
    assert 0 < int(weighed.stdout) < megabytes * 1_000_000
