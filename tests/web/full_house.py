"""A ledger with two months in it and a board with somebody in every status."""

import random
import time
from pathlib import Path
from typing import Any

from msgspec import Raw
from msgspec.json import encode
from tests.usage.reports.ledgers import DAY_MS, HAIKU, HOUR_MS, OPUS, Ledger, Message

from agent_console.client.blocking import connect
from agent_console.model.budget import Budget
from agent_console.protocol.messages import Hook, SetSession, StatusLine, Upsert
from agent_console.usage.tables.budgets import set_budget

NASTY = "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'>"
"""What must never be more than a text."""

PROJECTS = (
    "/home/ada/shop", "/home/ada/payments-service", "/home/ada/docs", "/srv/api",
    f"/home/ada/{NASTY.replace('/', '')}",
)  # fmt: skip
MODELS = (OPUS, HAIKU, f"nobody-{NASTY}")
BRANCHES = ("main", "fix/rounding", "feature/checkout")


def session_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def fill_ledger(
    home: Path, *, sessions: int = 160, days: int = 60, seed: int = 7, nasty: bool = True
) -> None:
    """Sessions over some days until now, with costs that differ as people's do.

    Args:
        home: Whose ledger.
        sessions: How many.
        days: Over how many days.
        seed: Of the random numbers.
        nasty: Some names are markup.
    """
    chance = random.Random(seed)
    now = time.time_ns() // 1_000_000
    ledger = Ledger(home / ".local/share/agent-console/metrics.db")
    messages: list[Message] = []
    for number in range(sessions):
        start = now - int((sessions - number) / sessions * days * DAY_MS) + HOUR_MS
        project = chance.choices(PROJECTS, (9, 6, 3, 2, int(nasty)))[0]
        model = chance.choices(MODELS, (6, 3, int(nasty)))[0]
        branch = chance.choice(BRANCHES)
        for turn in range(chance.randint(1, 9)):
            at_ms = start + turn * chance.randint(60_000, 900_000)
            if at_ms >= now:
                break
            messages.append(
                Message(
                    at_ms, session_id(number), project, model, branch,
                    input_tokens=chance.randint(20, 4_000),
                    output_tokens=chance.randint(100, 6_000),
                    cache_write_5m_tokens=chance.randint(0, 30_000),
                    cache_read_tokens=chance.randint(0, 400_000),
                    key=f"msg_{number}_{turn}",
                )
            )  # fmt: skip
        ledger.session(
            session_id(number), title=NASTY if nasty and number % 3 == 0 else f"Task {number}"
        )
    ledger.fill(messages)
    connection = ledger.connection
    connection.execute("BEGIN")
    for budget in (
        Budget(budget_id="", scope="all", subject="", period="monthly",
               limit_nano_usd=120 * 10**9),
        Budget(budget_id="", scope="project", subject=PROJECTS[0], period="weekly",
               limit_nano_usd=10 * 10**9),
        Budget(budget_id="", scope="all", subject="", period="daily", limit_tokens=40_000_000),
    ):  # fmt: skip
        set_budget(connection, budget, now)
    connection.execute("COMMIT")
    connection.close()


_HOOKS: tuple[tuple[int, str, tuple[dict[str, Any], ...]], ...] = (
    (1, "/home/ada/payments-service", (
        {"hook_event_name": "UserPromptSubmit", "prompt": "Clean up"},
        {"hook_event_name": "PermissionRequest", "tool_name": "Bash",
         "tool_input": {"command": "rm -rf build && make release"}},
    )),
    (2, "/home/ada/shop", (
        {"hook_event_name": "UserPromptSubmit", "prompt": "Totals"},
        {"hook_event_name": "PreToolUse", "tool_name": "Edit", "tool_use_id": "t2",
         "tool_input": {"file_path": "/home/ada/shop/src/checkout/totals.py"}},
    )),
    (3, "/home/ada/docs", (
        {"hook_event_name": "UserPromptSubmit", "prompt": "Build"},
        {"hook_event_name": "Stop", "last_assistant_message": "All 42 pages build."},
    )),
    (4, "/srv/api", (
        {"hook_event_name": "UserPromptSubmit", "prompt": "Test"},
        {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "t4",
         "tool_input": {"command": "pytest -q tests/orders"}},
    )),
    (5, f"/tmp/{NASTY.replace('/', '')}", (
        {"hook_event_name": "UserPromptSubmit", "prompt": NASTY},
        {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "t5",
         "tool_input": {"command": NASTY}},
    )),
)  # fmt: skip
_SPENT = ((1, 812_000, 4.31), (2, 2_100_000, 11.02), (3, 96_000, 0.42), (4, 340_000, 1.87))
_STATUS_LINE_OF = 2


def hook(identity: str, folder: str, event: dict[str, Any]) -> Hook:
    """What Claude Code's hook sends."""
    model = f"claude-opus-5-{NASTY}" if NASTY[:7] in folder else "claude-opus-5"
    payload = {"session_id": identity, "cwd": folder, "model": model, **event}
    return Hook(event=Raw(encode(payload)), sent_at=time.time_ns() // 1_000_000)


def fill_board(socket: str, *, nasty: bool = True) -> None:
    """Sessions that ask, work and have finished, and one whose texts are markup."""
    now_s = time.time_ns() // 1_000_000_000
    with connect(socket) as client:
        for number, folder, events in _HOOKS if nasty else _HOOKS[:-1]:
            identity = session_id(9_000 + number)
            start = {"hook_event_name": "SessionStart", "source": "startup"}
            for event in (start, *events):
                client.request(hook(identity, folder, event))
        if nasty:
            client.request(SetSession(session_id=session_id(9_005), label=NASTY, note=NASTY))
        for number, tokens, usd in _SPENT:
            client.request(
                Upsert(
                    session_id=session_id(9_000 + number), model="claude-opus-5",
                    input_tokens=tokens // 50, output_tokens=tokens // 20,
                    cache_creation_tokens=tokens // 10, cache_read_tokens=tokens,
                    cost_usd=usd, message_id=f"m{number}",
                )
            )  # fmt: skip
        status_line = {
            "session_id": session_id(9_000 + _STATUS_LINE_OF),
            "cwd": "/home/ada/shop",
            "model": {"id": "claude-opus-5", "display_name": "Opus"},
            "context_window": {"used_percentage": 63},
            "rate_limits": {
                "five_hour": {"used_percentage": 41.0, "resets_at": now_s + 7_400},
                "seven_day": {"used_percentage": 78.0, "resets_at": now_s + 300_000},
            },
        }
        client.request(StatusLine(event=Raw(encode(status_line))))
