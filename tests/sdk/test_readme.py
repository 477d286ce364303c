"""What the README shows of the SDK runs, and prints what it is for."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import claude_agent_sdk
import pytest
from tests.sdk.scripted import OPUS, ScriptedTransport, Turn, init, model_usage, result, says

from agent_console.sdk import package
from agent_console.sdk.recorder import Recorder

README = (Path(__file__).parents[2] / "README.md").read_text()
COSTS, OBSERVING, CONTINUITY = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

Script = Callable[[Turn], None]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, recording: Recorder) -> Script:
    """Claude Code answers each process that is started with the next of these turns."""
    turns: list[Turn] = []
    client, query = claude_agent_sdk.ClaudeSDKClient, claude_agent_sdk.query

    def scripted_client(options: Any = None, transport: Any = None) -> Any:
        assert transport is None
        return client(options, ScriptedTransport(turns.pop(0)))

    def scripted_query(**asked: Any) -> Any:
        return query(**asked, transport=ScriptedTransport(turns.pop(0)))

    monkeypatch.setattr(package, "ClaudeSDKClient", scripted_client)
    monkeypatch.setattr(claude_agent_sdk, "query", scripted_query)
    monkeypatch.chdir(tmp_path)
    return turns.append


def run(code: str) -> None:
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})  # the README's own text


def turn(number: int, output: int, usd: float, **fields: Any) -> Turn:
    session = f"00000000-0000-4000-8000-{number:012}"
    models = {OPUS: model_usage(1, output, usd=usd)}
    return [init(session), says("Hi", session=session), result(session, models=models, **fields)]


def test_cost_tracking_over_many_files(
    script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "src").mkdir()
    for name in ("a.py", "b.py"):
        (tmp_path / "src" / name).touch()
    script(turn(1, 99, 0.1, result="Fine."))
    script(turn(2, 199, 0.2, result=None, is_error=True, subtype="error_max_turns"))

    run(COSTS)

    assert capsys.readouterr().out.splitlines() == [
        "Fine.",
        "error_max_turns",
        "a.py: $0.1000, 100 tokens",
        "b.py: $0.2000, 200 tokens",
        "$0.3000 in all, $0.1500 a response",
    ]


def test_performance_monitoring(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    script(turn(3, 99, 0.1, duration_ms=2500, duration_api_ms=1200))
    run(OBSERVING)
    assert capsys.readouterr().out.splitlines() == [
        "2.5 s, 1.2 s of it the model",
        "1 in, 99 out, $0.1000",
    ]


def test_continuity(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    script(turn(4, 10, 0.1))
    script(turn(4, 30, 0.3))
    run(CONTINUITY)
    run(CONTINUITY)
    session = "00000000-0000-4000-8000-000000000004"
    assert capsys.readouterr().out.splitlines() == [
        f"{session}: $0.1000, $0.1000 in all",
        f"{session}: $0.2000, $0.3000 in all",
    ]
