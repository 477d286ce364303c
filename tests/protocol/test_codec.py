"""Lines to messages: whatever arrives is understood, or refused in words, and nothing else."""

import json
from typing import Any, cast, get_args

import pytest
from hypothesis import example, given, strategies as st
from msgspec import UnsetType
from tests.protocol.answers import encode_success

from agent_console.errors import ProtocolError
from agent_console.protocol.codec import (
    Answer,
    Notification,
    decode_request,
    decode_requests,
    decode_server_line,
    encode,
    encode_data,
    encode_refusal,
    may_be_long,
)
from agent_console.protocol.messages import (
    ErrorCode,
    Get,
    Hook,
    Ping,
    Request,
    SetSession,
    StatusLine,
    Success,
)

UUID = "6384e214-80e7-486c-886b-6d6fec608948"
UPSERT = f'{{"cmd":"UPSERT","session_id":"{UUID}",'

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
commands = st.sampled_from([kind.__struct_config__.tag for kind in get_args(Request)])
field_names = st.sampled_from(
    ["session_id", "status", "event", "env", "since", "topics", "cost_usd", "id", "version", "head"]
)

PLAIN_LINES = [
    b'{"cmd":"PING"}',
    b'{"cmd":"SET","session_id":"a","status":"working","working_dir":"/a"}',
    b'{"cmd":"GET","session_id":"a","id":7}',
]


@st.composite
def near_requests(draw: st.DrawFn) -> bytes:
    """Lines that are nearly requests: a right command, any fields, perhaps cut or patched."""
    fields: dict[str, Any] = draw(st.dictionaries(field_names, json_values, max_size=4))
    line = json.dumps({"cmd": draw(commands | json_values), **fields}).encode()
    cut = draw(st.integers(0, len(line)))
    patch = draw(st.sampled_from([b"", b"\xff", b"\x00", b'"', b"\\ud800", b"NaN", b"[" * 3]))
    return draw(st.sampled_from([line, line[:cut], line[:cut] + patch + line[cut:]]))


def answers(error: ProtocolError) -> None:
    """An error that can be answered: its code is one of the set, its id can be written again."""
    line = encode_refusal(error.request_id, cast("ErrorCode", error.code), str(error))
    answer = decode_server_line(line)
    assert isinstance(answer, Answer)
    assert answer.error is not None
    assert answer.error.code in get_args(ErrorCode)
    assert answer.id == error.request_id


@given(st.binary() | near_requests())
@example(b'{"cmd":"PING","id":"\\ud800","x":NaN}')
@example(b'{"cmd":[],"id":{}}')
@example(b'{"cmd":{"a":1},"version":1}')
@example(b'{"cmd":"HOOK","event":{"a":"\\ud800","b":NaN}}')
@example(b'{"cmd":"HOOK","id":"\\ud800","event":7}')
@example('{"cmd":"PING"}'.encode("utf-16"))
@example(b"[" * 100_000)
@example(b'{"cmd":"HOOK","event":' + b"[" * 100_000)
@example(b'{"cmd":"PING","id":' + b"9" * 5_000 + b"}")
@example(b'{"cmd":"PING","id":' + b"9" * 5_000 + b',"x":NaN}')
def test_arbitrary_bytes_raise_nothing_but_protocol_error(line: bytes) -> None:
    try:
        request = decode_request(line)
    except ProtocolError as error:
        answers(error)
    else:
        assert isinstance(request, get_args(Request))
        encode_success(request.id, None)


@given(st.lists(near_requests() | st.sampled_from(PLAIN_LINES), min_size=1, max_size=6))
@example([b'{"cmd":"PING"} {"cmd":"PING"}', b'{"cmd":"PING"', b"}"])
@example([b'{"cmd":"PING","x":[{}', b"{}]}", b'{"cmd":"PING"}{"cmd":"PING"}'])
@example([b'{"cmd":"PING","x":"}', b'{"}', b'{"cmd":"PING"}{"cmd":"PING"}'])
@example([b'{"cmd":"PING"}', b"", b'{"cmd":"PING"}'])
@example([b'{"cmd":"PING"}', b'{"cmd":"PING","version":2}'])
@example([b'{"cmd":"PING"}', '{"cmd":"PING","x":"é"}'.encode(), b'{"cmd":"PING"}'])
def test_lines_decoded_at_once_are_what_each_is_by_itself(lines: list[bytes]) -> None:
    at_once = decode_requests(b"\n".join(lines) + b"\n")
    if at_once is not None:
        assert at_once == [decode_request(line) for line in lines]


def test_several_plain_lines_are_decoded_at_once() -> None:
    assert decode_requests(b"\n".join(PLAIN_LINES) + b"\n") == [
        decode_request(line) for line in PLAIN_LINES
    ]


@given(st.binary() | near_requests())
@example(b'{"ok":false,"id":1,"version":1}')
@example(b'{"ok":true,"id":1,"error":{"code":"internal","message":"x"}}')
@example(b'{"event":"session","seq":1,"epoch":"e","data":{}}')
@example(b'{"event":"session"}')
def test_arbitrary_bytes_from_a_daemon_raise_nothing_but_protocol_error(line: bytes) -> None:
    try:
        heard = decode_server_line(line)
    except ProtocolError as error:
        answers(error)
    else:
        assert isinstance(heard, Answer | Notification | None)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b'{"cmd":"PING"} x', "bad_json"),
        (b'{"cmd":"PING"}{"cmd":"PING"}', "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b'{"cmd":"GET","session_id":"\xff"}', "bad_json"),
        (b'{"cmd":"GET","session_id":"\\ud800"}', "bad_json"),
        (b'{"cmd":"PING","of no interest":"\xff"}', "bad_json"),
        (b'{"cmd":"NOPE","of no interest":"\xff"}', "bad_json"),
        (b'{"cmd":"PING","of no interest":"\xed\xa0\x80"}', "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b"[1,", "bad_json"),
        (b'{"cmd":"GET","session_id":' + b"[" * 100_000, "bad_json"),
        (b'{"cmd":"GET","session_id":"\x00"}', "bad_json"),
        (b"[]", "bad_request"),
        (b"7", "bad_request"),
        (b'"PING"', "bad_request"),
        (b"{}", "bad_request"),
        (b'{"cmd":null}', "bad_request"),
        (b'{"cmd":"GET"}', "bad_request"),
        (b'{"cmd":"STATUSLINE"}', "bad_request"),
        (b'{"cmd":"PING","cmd":"GET","session_id":"x"}', "bad_request"),
        (b'{"cmd":"NOPE"}', "unknown_command"),
        (b'{"cmd":"ping"}', "unknown_command"),
        (b'{"cmd":7}', "unknown_command"),
        (b'{"cmd":[]}', "unknown_command"),
        (b'{"cmd":"PING","version":2}', "unsupported_version"),
        (b'{"cmd":"PING","version":"1"}', "unsupported_version"),
        (b'{"cmd":"PING","version":true}', "unsupported_version"),
        (b'{"cmd":"NOPE","version":2}', "unsupported_version"),
        (b'{"cmd":"PING","id":true}', "invalid_value"),
        (b'{"cmd":"PING","id":1.5}', "invalid_value"),
        (b'{"cmd":"GET","session_id":""}', "invalid_value"),
        (b'{"cmd":"GET","session_id":7}', "invalid_value"),
        (b'{"cmd":"GET","session_id":null}', "invalid_value"),
        (b'{"cmd":"GET","session_id":"' + b"x" * 201 + b'"}', "invalid_value"),
        (b'{"cmd":"SET","session_id":"x","status":"bogus"}', "invalid_value"),
        (b'{"cmd":"SET","session_id":"x","status":null}', "invalid_value"),
        (b'{"cmd":"SET","session_id":"x","priority":1.5}', "invalid_value"),
        (b'{"cmd":"SET","session_id":"x","note":"' + b"x" * 4097 + b'"}', "invalid_value"),
        (b'{"cmd":"META","session_id":"not-a-uuid"}', "invalid_value"),
        (b'{"cmd":"UPSERT","session_id":"not-a-uuid"}', "invalid_value"),
        (b'{"cmd":"UPSERT","session_id":"' + UUID.encode() + b'\\n"}', "invalid_value"),
        (f'{UPSERT}"input_tokens":-1}}'.encode(), "invalid_value"),
        (f'{UPSERT}"input_tokens":1.5}}'.encode(), "invalid_value"),
        (f'{UPSERT}"input_tokens":"1"}}'.encode(), "invalid_value"),
        (f'{UPSERT}"input_tokens":1{"0" * 400}}}'.encode(), "invalid_value"),
        (f'{UPSERT}"input_tokens":9007199254740992}}'.encode(), "invalid_value"),
        (f'{UPSERT}"cost_usd":-0.01}}'.encode(), "invalid_value"),
        (f'{UPSERT}"cost_usd":NaN}}'.encode(), "invalid_value"),
        (f'{UPSERT}"cost_usd":Infinity}}'.encode(), "invalid_value"),
        (f'{UPSERT}"cost_usd":1e999}}'.encode(), "invalid_value"),
        (f'{UPSERT}"message_id":""}}'.encode(), "invalid_value"),
        (f'{UPSERT}"message_id":"{"m" * 201}"}}'.encode(), "invalid_value"),
        (b'{"cmd":"SUB","topics":["weather"]}', "invalid_value"),
        (b'{"cmd":"HOOK","env":{"A":1}}', "invalid_value"),
    ],
)
def test_a_bad_line_is_refused_with_its_code_and_a_sentence(line: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode_request(line)
    assert caught.value.code == code
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":"r7","cmd":"NOPE"}',
        b'{"id":"r7","cmd":"GET"}',
        b'{"id":"r7","cmd":"GET","session_id":""}',
        b'{"id":"r7","cmd":"PING","version":2}',
        b'{"id":"r7"}',
        b'{"id":"r7","cmd":"UPSERT","cost_usd":NaN}',
    ],
)
def test_a_refusal_names_the_request_as_long_as_that_can_be_read(line: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode_request(line)
    assert caught.value.request_id == "r7"


def test_nan_is_named() -> None:
    with pytest.raises(ProtocolError, match="NaN is no number of JSON"):
        decode_request(f'{UPSERT}"cost_usd":NaN}}'.encode())


@pytest.mark.parametrize("command", ["HOOK", "STATUSLINE"])
@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        (r"end \ud83d", "end \ufffd"),
        (r"\udE00 begin", "\ufffd begin"),
        (r"\ud83d\ud83d\ude00", "\ufffd😀"),
        (r"\\ud83d \ud83d", "\\ud83d \ufffd"),
    ],
)
def test_a_payload_cut_within_a_character_is_not_lost(command: str, cut: str, whole: str) -> None:
    request = decode_request(f'{{"cmd":"{command}","event":{{"prompt":"{cut}"}}}}'.encode())
    assert isinstance(request, Hook | StatusLine)
    assert not isinstance(request.event, UnsetType)
    assert json.loads(bytes(request.event)) == {"prompt": whole}


def test_unknown_fields_are_ignored() -> None:
    assert decode_request(b'{"cmd":"PING","later":[1],"id":1}') == Ping(id=1)


def test_of_a_field_told_twice_the_last_one_counts() -> None:
    request = decode_request(b'{"cmd":"SET","session_id":"a","label":"x","label":"y"}')
    assert request == SetSession(session_id="a", label="y")


@pytest.mark.parametrize("session_id", ["x" * 200, "日本語", "🦊", "a b", "'\"\\", "../.."])
def test_any_printable_session_id_travels(session_id: str) -> None:
    request = SetSession(session_id=session_id, label=session_id)
    line = encode(request)
    assert line.count(b"\n") == 1
    assert decode_request(line) == request


@given(st.text(), st.integers(-(2**63), 2**64 - 1) | st.text())
def test_whatever_is_said_stays_on_one_line(text: str, request_id: str | int) -> None:
    line = encode_success(request_id, text)
    assert line.count(b"\n") == 1
    assert json.loads(line) == {"ok": True, "id": request_id, "version": 1, "data": text}


@given(st.none() | st.integers(-(2**63), 2**64 - 1) | st.text(), json_values)
def test_an_answer_is_the_same_line_whether_its_data_was_encoded_before_or_not(
    request_id: str | int | None, data: Any
) -> None:
    line = encode(Success(True, request_id, 1, data))
    assert encode_success(request_id, data) == line
    assert encode_success(request_id, encode_data(data)) == line


@pytest.mark.parametrize(
    ("prefix", "long"),
    [
        (b'{"cmd":"HOOK","event":{', True),
        (b' { "cmd" : "HOOK" , ', True),
        (b'{"cmd":"HOOK', False),
        (b'{"cmd":"HOOKS"', False),
        (b'{"event":{},"cmd":"HOOK"', False),
        (b'{"cmd":"SET","note":"{\\"cmd\\":\\"HOOK\\""', False),
        (b"", False),
    ],
)
def test_only_a_line_that_begins_as_a_hook_may_be_long(prefix: bytes, *, long: bool) -> None:
    assert may_be_long(prefix) is long


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b'{"cmd":"PING","id":"\\ud800"}', "half a surrogate pair"),
        (b'{"cmd":"GET","session_id":"a\\udc00b"}', "half a surrogate pair"),
        (b'{"cmd":"PING","x":"\xff"}', "not UTF-8: invalid start byte at byte 19"),
        (b'{"cmd":"GET","session_id":' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line: bytes, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence) as told:
        decode_request(line)
    assert told.value.code == "bad_json"


def test_a_line_that_is_no_text_is_answered_to_who_asked() -> None:
    with pytest.raises(ProtocolError) as told:
        decode_request(b'{"cmd":"PING","id":7,"x":"\xff"}')
    assert told.value.request_id == 7


def test_a_payload_with_bad_bytes_is_taken_for_the_rest_of_it() -> None:
    request = decode_request(b'{"cmd":"HOOK","event":{"prompt":"\xff"}}')
    assert isinstance(request, Hook)


def test_characters_of_every_language_are_text() -> None:
    request = decode_request('{"cmd":"GET","session_id":"日本語 é 🦊","x":"ß"}'.encode())
    assert isinstance(request, Get)
    assert request.session_id == "日本語 é 🦊"
