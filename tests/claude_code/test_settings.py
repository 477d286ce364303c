"""Moving into a settings.json and out again, over every formatting a person may have."""

import json
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from agent_console.claude_code import settings_hooks
from agent_console.claude_code.hook_registration import registrations
from agent_console.claude_code.settings import Footprint, Wanted, move_in, move_out
from agent_console.claude_code.settings_text import decode
from agent_console.errors import ConfigError

UNKNOWN = Footprint()
"""When no footprint was kept."""


def wanted(version: str = "1", *, status_line: bool = False) -> Wanted:
    hooks = registrations(lambda event: f"/bin/sh -c 'x{version} agent_console_hook.py {event}'")
    return Wanted(hooks, f"py{version} agent_console_statusline.py" if status_line else None)


whatever_it_takes = hypothesis_settings(deadline=None)

keys = st.sampled_from(["hooks", "model", "Stop", "matcher", "Ünïcode", "command"]) | st.text(
    max_size=4
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
foreign_hooks = st.fixed_dictionaries(
    {"type": st.just("command"), "command": st.text(max_size=8)}, optional={"timeout": values}
)
groups = st.fixed_dictionaries(
    {"hooks": st.lists(foreign_hooks, max_size=2)}, optional={"matcher": st.text(max_size=4)}
)
events = st.sampled_from(["Stop", "PreToolUse", "SessionStart", "Setup", "FutureEvent"])
status_lines = st.fixed_dictionaries(
    {"type": st.just("command"), "command": st.text(max_size=8)}, optional={"padding": values}
)
settings = st.fixed_dictionaries(
    {},
    optional={
        "model": values,
        "hooks": st.dictionaries(events, st.lists(groups, max_size=2), max_size=3),
        "statusLine": status_lines,
        "permissions": values,
        "zoo": values,
    },
).flatmap(lambda made: st.permutations(list(made.items())).map(dict))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A settings.json as an editor, a script or a careless person may leave it."""
    text = json.dumps(
        draw(settings),
        indent=draw(st.sampled_from([None, 0, 1, 2, 4, "\t"])),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (",", ": "), (" ,", " :  ")])),
        ensure_ascii=draw(st.booleans()),
    )
    blank = draw(st.sampled_from(["", " ", "\n", "\n\n  ", "\t"]))
    # Blanks inside empty containers (and inside strings, where newlines and tabs may not stand).
    if "\n" not in blank and "\t" not in blank:
        text = text.replace("{}", f"{{{blank}}}").replace("[]", f"[{blank}]")
    text = draw(st.sampled_from(["", "\ufeff"])) + blank + text
    text += draw(st.sampled_from(["", "\n", "\n\n", "  "]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@whatever_it_takes
@given(texts(), st.booleans())
def test_moving_out_gives_back_the_text_byte_for_byte(text: str, status_line: bool) -> None:
    inside, footprint = move_in(text, wanted(status_line=status_line), UNKNOWN)

    assert inside != text
    assert move_out(inside, footprint) == text


@whatever_it_takes
@given(texts(), st.booleans())
def test_everything_foreign_says_the_same_and_keeps_its_order(text: str, status_line: bool) -> None:
    before = json.loads(text.removeprefix("\ufeff"))

    inside, _ = move_in(text, wanted(status_line=status_line), UNKNOWN)
    after = json.loads(inside.removeprefix("\ufeff"))

    assert settings_hooks.ours(after) == wanted().hooks
    assert [key for key in after if key in before] == list(before)
    assert {k: v for k, v in after.items() if k not in {"hooks", "statusLine"}} == {
        k: v for k, v in before.items() if k not in {"hooks", "statusLine"}
    }
    for event, foreign in before.get("hooks", {}).items():
        assert after["hooks"][event][: len(foreign)] == foreign


@whatever_it_takes
@given(texts(), st.booleans())
def test_a_second_install_changes_nothing(text: str, status_line: bool) -> None:
    inside, footprint = move_in(text, wanted(status_line=status_line), UNKNOWN)

    assert move_in(inside, wanted(status_line=status_line), footprint) == (inside, footprint)


@whatever_it_takes
@given(texts(), st.booleans(), st.booleans())
def test_an_upgrade_replaces_our_entries_and_can_still_be_undone(
    text: str, before: bool, after: bool
) -> None:
    old, footprint = move_in(text, wanted("1", status_line=before), UNKNOWN)
    new, footprint = move_in(old, wanted("2", status_line=after), footprint)

    assert settings_hooks.ours(json.loads(new.removeprefix("\ufeff"))) == wanted("2").hooks
    assert "x1 agent" not in new
    assert "py1 agent" not in new
    assert move_out(new, footprint) == text


@whatever_it_takes
@given(texts(), texts(), st.booleans())
def test_what_others_edit_meanwhile_stays(text: str, other: str, status_line: bool) -> None:
    """Another writer takes our settings, adds members of its own and writes everything anew."""
    inside, footprint = move_in(text, wanted(status_line=status_line), UNKNOWN)
    edited = json.loads(inside.removeprefix("\ufeff"))
    edited["added"] = json.loads(other.removeprefix("\ufeff"))
    edited["hooks"]["Stop"].append({"hooks": [{"type": "command", "command": "theirs"}]})
    edited["hooks"]["Stop"][0]["hooks"].insert(0, {"type": "command", "command": "beside"})

    without = move_out(json.dumps(edited, indent=2), footprint)

    assert without is not None
    after = json.loads(without)
    # What ours hung in is gone; theirs, also where it shared a matcher with ours, is there.
    assert settings_hooks.ours(after) == {}
    assert after["added"] == edited["added"]
    kept = [hook["command"] for group in after["hooks"]["Stop"] for hook in group["hooks"]]
    foreign = json.loads(text.removeprefix("\ufeff")).get("hooks", {}).get("Stop", [])
    before = [hook["command"] for group in foreign for hook in group["hooks"]]
    assert kept == (["beside", *before, "theirs"])
    assert after.get("statusLine") == json.loads(text.removeprefix("\ufeff")).get("statusLine")


@pytest.mark.parametrize("blank", ["", " \n", "\ufeff", "\ufeff\n"])
def test_an_empty_file_gets_settings_and_becomes_empty_again(blank: str) -> None:
    inside, footprint = move_in(blank, wanted(), UNKNOWN)

    assert json.loads(inside.removeprefix("\ufeff")) == {"hooks": wanted().hooks}
    assert move_out(inside, footprint) == blank


def test_a_file_that_we_made_goes_with_us() -> None:
    inside, footprint = move_in(None, wanted(), UNKNOWN)

    assert inside.endswith("}\n")
    assert move_out(inside, footprint) is None


def test_a_file_that_we_made_stays_when_others_wrote_into_it() -> None:
    inside, footprint = move_in(None, wanted(), UNKNOWN)
    edited = {"model": "opus", **json.loads(inside)}

    assert move_out(json.dumps(edited), footprint) == '{"model": "opus"}'


def test_settings_emptied_by_hand_are_left_as_they_are() -> None:
    _, footprint = move_in(None, wanted(), UNKNOWN)

    assert move_out("{ }", footprint) == "{ }"


def test_without_a_footprint_nothing_of_ours_stays() -> None:
    inside, _ = move_in('{\n  "model": "opus"\n}\n', wanted(), UNKNOWN)

    assert move_out(inside, UNKNOWN) == '{\n  "model": "opus"\n}\n'


def test_the_style_of_the_text_is_kept() -> None:
    text = '{\n    "model": "opus",\n    "hooks": {\n        "Stop": []\n    }\n}\n'

    inside, _ = move_in(text, wanted(), UNKNOWN)

    assert inside == json.dumps(json.loads(inside), indent=4) + "\n"


def test_a_text_on_one_line_stays_on_one_line() -> None:
    inside, _ = move_in('{"model":"opus"}', wanted(), UNKNOWN)

    assert inside == json.dumps(json.loads(inside), separators=(",", ":"))


def test_the_line_ends_of_the_text_are_kept() -> None:
    inside, _ = move_in('{\r\n  "model": "opus"\r\n}\r\n', wanted(), UNKNOWN)

    assert inside.count("\n") == inside.count("\r\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', "line 3 column 3"),
        ('{\n  // mine\n  "a": 1\n}', "line 2 column 3: comments are not allowed in JSON"),
        ('{"a": 1 /* x */}', "line 1 column 9: comments are not allowed in JSON"),
        ('{"a": 1}\n// end', "line 2 column 1: comments are not allowed in JSON"),
        ('{"a": 1,\n}', "line 1 column 8: a comma too many before }"),
        ('{"a": [1, ]}', "line 1 column 9: a comma too many before ]"),
        ('{"a": ,}', "line 1 column 7: Expecting value"),
        ('\ufeff{"a": NaN}', "line 1 column 7"),
        ('{"a": 1', "line 1 column 8"),
        ("[" * 5000, "nested too deeply"),
        ("[]", "no JSON object"),
        ('{"hooks": []}', '"hooks" is no JSON object'),
        ('{"hooks": {"Stop": {}}}', '"Stop", which is no list'),
    ],
)
def test_what_claude_code_could_not_read_is_refused(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        move_in(text, wanted(), UNKNOWN)


def test_bytes_that_are_no_text_are_refused_with_their_place() -> None:
    with pytest.raises(ConfigError, match="line 2 column 4"):
        decode(b'{\n "a\xff": 1}')


def test_a_status_line_that_runs_no_command_is_not_replaced() -> None:
    with pytest.raises(ConfigError, match="statusLine"):
        move_in('{"statusLine": {"type": "text"}}', wanted(status_line=True), UNKNOWN)


def test_a_status_line_changed_meanwhile_is_left_alone() -> None:
    inside, footprint = move_in("{}", wanted(status_line=True), UNKNOWN)
    edited: dict[str, Any] = json.loads(inside)
    edited["statusLine"]["command"] = "theirs"

    without = move_out(json.dumps(edited), footprint)

    assert without is not None
    assert json.loads(without) == {"statusLine": {"type": "command", "command": "theirs"}}


def test_of_two_keys_of_one_name_the_one_that_is_read_is_used() -> None:
    text = '{"hooks": {"Stop": [{"hooks": []}]}, "hooks": {"Stop": [], "Stop": [ ]}}'

    inside, footprint = move_in(text, wanted(), UNKNOWN)

    assert settings_hooks.ours(json.loads(inside)) == wanted().hooks
    assert move_out(inside, footprint) == text


def test_a_hook_that_only_looks_like_ours_is_kept() -> None:
    text = (
        '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "my_console_hook.py"}]}]}}'
    )

    inside, footprint = move_in(text, wanted(), UNKNOWN)

    assert move_out(inside, footprint) == text
    assert move_out(inside, UNKNOWN) == text
