"""One model has many names, and two models never have one."""

import pytest

from agent_console.claude_code.model_names import bare_name, without_mark


@pytest.mark.parametrize(
    ("told", "bare"),
    [
        ("claude-opus-5", "claude-opus-5"),
        ("claude-opus-5[1m]", "claude-opus-5"),
        ("Claude-Opus-5[1M]", "claude-opus-5"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("us.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("global.anthropic.claude-opus-5[1m]", "claude-opus-5"),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("anthropic/claude-opus-4.6", "claude-opus-4-6"),
        ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet"),
        ("claude-sonnet-4@latest", "claude-sonnet-4"),
        ("mimo-v2.5-pro[1m]", "mimo-v2.5-pro"),
        ("deepseek-v3", "deepseek-v3"),
        ("", ""),
    ],
)
def test_every_name_of_a_model_comes_to_one(told: str, bare: str) -> None:
    assert bare_name(told) == bare


def test_only_the_mark_is_taken_off() -> None:
    assert without_mark("us.anthropic.claude-opus-4-6-v1[1m]") == "us.anthropic.claude-opus-4-6-v1"
