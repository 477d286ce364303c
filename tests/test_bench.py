"""The benchmarks' one command keeps the figures of every topic."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.bench import run


def test_figures_of_every_topic_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(command: list[str], **_: object) -> "subprocess.CompletedProcess[bytes]":
        Path(command[command.index("--json") + 1]).write_text('{"figure": 1}')
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", measured)
    monkeypatch.setattr(sys, "argv", ["run.py", "--quick", "--json", str(tmp_path / "all")])
    assert run.main() == 0
    kept = json.loads((tmp_path / "all").read_text())
    assert set(kept) == {*run.OURS, *run.OTHERS}
    assert "hook_cost: " in capsys.readouterr().out


@pytest.mark.parametrize("how", ["it crashes", "it takes too long"])
def test_a_topic_that_breaks_is_told_at_the_end_and_the_others_are_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    how: str,
) -> None:
    def measured(command: list[str], **_: object) -> "subprocess.CompletedProcess[bytes]":
        if "tests.bench.memory" in command:
            if how == "it crashes":
                return subprocess.CompletedProcess(command, -11)
            raise subprocess.TimeoutExpired(command, run.TOPIC_SECONDS)
        Path(command[command.index("--json") + 1]).write_text('{"figure": 1}')
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", measured)
    monkeypatch.setattr(sys, "argv", ["run.py", "--quick", "--json", str(tmp_path / "all")])
    assert run.main() == 1
    kept = json.loads((tmp_path / "all").read_text())
    assert set(kept) == {*run.OURS, *run.OTHERS} - {"memory"}
    assert capsys.readouterr().err.endswith("No good end: memory.\n")


def test_what_a_hook_costs_is_kept_by_row(tmp_path: Path) -> None:
    file = tmp_path / "figures"
    script = run.FOLDER / "hook_cost.py"
    subprocess.run(
        [sys.executable, str(script), "1", "--json", str(file)], check=True, capture_output=True
    )
    rows = json.loads(file.read_text())
    assert rows["hook"]["against"] == "bare interpreter"
    assert rows["hook"]["ratio"] == rows["hook"]["min_ms"] / rows["bare interpreter"]["min_ms"]
