"""Whole payloads that the real client sent."""

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[1] / "fixtures" / "claude-code-2.1.329"


def hook_payloads() -> dict[str, dict[str, Any]]:
    """Each recorded hook payload by its name."""
    payloads = {
        path.stem: json.loads(path.read_text()) for path in (FIXTURES / "hooks").glob("*.json")
    }
    for line in (FIXTURES / "hooks" / "variants.jsonl").read_text().splitlines():
        variant = json.loads(line)
        payloads[variant["name"]] = variant["payload"]
    return payloads


def status_lines() -> dict[str, dict[str, Any]]:
    """Each recorded status line payload by its name."""
    return {
        path.stem: json.loads(path.read_text()) for path in (FIXTURES / "status").glob("*.json")
    }


def registry_documents() -> list[dict[str, Any]]:
    """A session file in each state that was seen."""
    documents: list[dict[str, Any]] = json.loads((FIXTURES / "state/sessions.json").read_text())
    return documents
