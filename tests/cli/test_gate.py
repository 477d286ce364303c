"""`install --gate`: in beside the hooks, out again byte for byte."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_install import FOREIGN

from agent_console.claude_code.gate_registration import GATE_EVENTS, has_gate
from agent_console.claude_code.settings_hooks import GATE_SCRIPT, HOOK_SCRIPT, ours
from agent_console.cli.main import main


@pytest.fixture
def settings(scratch_home: Path) -> Path:
    """The user's settings.json, with something of theirs in it."""
    path = scratch_home / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(FOREIGN)
    return path


def commands(settings: Path, script: str) -> dict[str, int]:
    """How many of our commands run a script, by event."""
    found: dict[str, int] = {}
    for event, groups in ours(json.loads(settings.read_text())).items():
        hooks: list[Any] = [hook for group in groups for hook in group["hooks"]]
        count = sum(script in hook["command"] for hook in hooks)
        if count:
            found[event] = count
    return found


def test_there_is_no_gate_unless_it_is_asked_for(settings: Path) -> None:
    assert main(["install"]) == 0

    assert commands(settings, GATE_SCRIPT) == {}


def test_the_gate_stands_beside_the_ordinary_hooks(settings: Path) -> None:
    assert main(["install"]) == 0
    before = commands(settings, HOOK_SCRIPT)

    assert main(["install", "--gate"]) == 0

    assert commands(settings, GATE_SCRIPT) == dict.fromkeys(GATE_EVENTS, 1)
    assert commands(settings, HOOK_SCRIPT) == before


def test_it_stays_until_it_is_taken_out(settings: Path) -> None:
    assert main(["install"]) == 0
    without = settings.read_bytes()
    assert main(["install", "--gate"]) == 0
    gated = settings.read_bytes()

    assert main(["install"]) == 0
    assert settings.read_bytes() == gated
    assert main(["install", "--no-gate"]) == 0
    assert settings.read_bytes() == without


def test_uninstall_gives_the_settings_back_byte_for_byte(settings: Path) -> None:
    assert main(["install", "--gate", "--statusline"]) == 0
    assert has_gate(ours(json.loads(settings.read_text())))

    assert main(["uninstall"]) == 0

    assert settings.read_text() == FOREIGN


def test_settings_that_nobody_remembers_are_found_by_the_gate_too(settings: Path) -> None:
    assert main(["install", "--gate"]) == 0
    said = json.loads(settings.read_text())
    only_gate = {
        event: [group for group in groups if GATE_SCRIPT in json.dumps(group)]
        for event, groups in said["hooks"].items()
    }
    said["hooks"] = {event: groups for event, groups in only_gate.items() if groups}
    settings.write_text(json.dumps(said))
    for left in (settings.parents[1] / ".local/share/agent-console").glob("*.json"):
        left.unlink()

    assert main(["uninstall"]) == 0

    assert GATE_SCRIPT not in settings.read_text()


def test_doctor_knows_the_gate(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "--gate"]) == 0
    capsys.readouterr()

    main(["doctor"])

    assert "events and the gate" in " ".join(capsys.readouterr().out.split())
