"""Which projects and models a person means: names first, and globs beside them."""

import pytest

from agent_console.usage.reports.matching import is_model, is_project


@pytest.mark.parametrize("pattern", ["/home/user/[odd]", "[odd]", "/home/user/[[]odd]", "*odd*"])
def test_a_folder_with_brackets_is_meant_by_its_name(pattern: str) -> None:
    assert is_project("/home/user/[odd]", pattern)


def test_what_lies_below_such_a_folder_counts_too() -> None:
    assert is_project("/site/app/[id]/edit", "/site/app/[id]")
    assert not is_project("/site/app/[idea]", "/site/app/[id]")


@pytest.mark.parametrize("path", ["/home/user/o", "/home/user/d"])
def test_brackets_are_still_a_choice_of_letters(path: str) -> None:
    assert is_project(path, "/home/user/[odd]")
    assert is_project(path, "[odd]")
    assert not is_project("/home/user/x", "[odd]")


def test_a_model_with_brackets_is_meant_by_its_name() -> None:
    assert is_model("claude-opus-4[1m]", "opus-4[1m]")
    assert is_model("claude-opus-4[1m]", "Claude-Opus-4[1m]")
    assert is_model("claude-opus-4", "*opus-[45]")
    assert not is_model("claude-opus-4", "")
