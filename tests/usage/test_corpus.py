"""The generated corpus is worth comparing with: the same from a seed, odd enough, and consistent.

The truth is checked against a reader of a few lines that knows no more than ACCOUNTING's first rule
(one row per id, its largest line) and nothing of sessions; the real one must not check itself.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.bench.corpus.corpus import make_corpus
from tests.bench.corpus.oddities import IN_A_FOLDER, ODDITIES
from tests.bench.corpus.truth import CLASSES, Bill, Tokens, Truth, read_truth

ENOUGH = len(ODDITIES)
"""One session for each oddity."""


class Corpus(NamedTuple):
    folder: Path
    truth: Truth


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    return Corpus(folder, make_corpus(folder, 3, sessions=ENOUGH))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path.relative_to(folder)).encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(truth: Truth) -> set[str]:
    return {
        os.path.realpath(os.path.join(folder, name))
        for config_dir in truth.config_dirs
        for folder, _, names in os.walk(f"{config_dir}/projects", followlinks=True)
        for name in names
        if name.endswith(".jsonl")
    }


def _objects(truth: Truth) -> Iterator[dict[str, Any]]:
    for path in sorted(_files(truth)):
        for raw in Path(path).read_bytes().split(b"\n"):
            try:
                line = json.loads(raw.decode("utf-8-sig", errors="replace"))
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_corpus(tmp_path / name, 7, sessions=6)
    make_corpus(tmp_path / "other", 8, sessions=6)
    assert _digest(tmp_path / "one") == _digest(tmp_path / "two")
    assert _digest(tmp_path / "one") != _digest(tmp_path / "other")


def test_every_oddity_occurs(corpus: Corpus) -> None:
    assert set(corpus.truth.oddities) == {*ODDITIES, *IN_A_FOLDER}


def test_a_size_is_reached_and_not_passed_by_far(tmp_path: Path) -> None:
    truth = make_corpus(tmp_path, 1, megabytes=3)
    there = sum(os.path.getsize(path) for path in _files(truth))
    assert truth.size_bytes == there
    assert 3e6 <= there < 30e6
    assert truth.files == len(_files(truth))


def test_sums_are_the_same_whatever_they_are_by(corpus: Corpus) -> None:
    truth = corpus.truth
    for sums in (
        truth.by_session(),
        truth.by_day(),
        truth.by_model(),
        truth.by_project(),
        truth.by_kind(),
    ):
        added = Tokens()
        for tokens in sums.values():
            for name in ("rows", "responses", *CLASSES):
                setattr(added, name, getattr(added, name) + getattr(tokens, name))
        assert added == truth.total()
    unlisted = truth.by_kind()["unlisted"]
    assert truth.total(unlisted=False).input_tokens + unlisted.input_tokens == (
        truth.total().input_tokens
    )


def test_a_response_is_billed_once(corpus: Corpus) -> None:
    keys = Counter(bill.key for bill in corpus.truth.bills if bill.key)
    assert keys.most_common(1)[0][1] == 1


def test_every_bill_is_told_by_a_line_and_every_line_is_billed(corpus: Corpus) -> None:
    best: dict[str, tuple[int, ...]] = {}
    echoed: dict[str, tuple[int, ...]] = {}
    for line in _objects(corpus.truth):
        found, outer = (echoed, line["data"]["message"]) if "data" in line else (best, line)
        message: dict[str, Any] = outer.get("message") or {}
        if message.get("usage") and message["model"] != "<synthetic>":
            key = message.get("id") or outer["uuid"]
            told = _told(message["usage"])
            found[key] = max(found.get(key, told), told, key=sum)
    billed = {bill.key: _billed(bill) for bill in corpus.truth.bills if bill.kind == "response"}
    assert billed == {**echoed, **best}


def _told(usage: dict[str, Any]) -> tuple[int, ...]:
    return (
        usage["input_tokens"],
        usage["output_tokens"],
        usage["cache_creation_input_tokens"],
        usage["cache_read_input_tokens"],
    )


def _billed(bill: Bill) -> tuple[int, ...]:
    writes = bill.cache_write_5m_tokens + bill.cache_write_1h_tokens
    return (bill.input_tokens, bill.output_tokens, writes, bill.cache_read_tokens)


def test_the_last_cost_state_line_tells_what_a_session_was_billed(corpus: Corpus) -> None:
    truth = corpus.truth
    last = {
        line["sessionId"]: line["modelUsage"]
        for line in _objects(truth)
        if line.get("type") == "cost-state" and line["sessionId"] not in truth.forks
    }
    assert len(last) > 5
    by_session = truth.by_session()
    for session_id, models in last.items():
        told = sum(model["inputTokens"] + model["outputTokens"] for model in models.values())
        billed = by_session[session_id]
        assert told == billed.input_tokens + billed.output_tokens


def test_forks_bill_only_their_own(corpus: Corpus) -> None:
    truth = corpus.truth
    assert len(truth.forks) >= 3
    for copy, origin in truth.forks.items():
        copied = {
            line["message"]["id"]
            for line in _objects(truth)
            if line.get("sessionId") == copy and line.get("message", {}).get("id")
        }
        own = {bill.key for bill in truth.bills if bill.session_id == copy}
        of_origin = {bill.key for bill in truth.bills if bill.session_id == origin}
        assert copied & of_origin
        assert not own & of_origin


def test_the_truth_can_be_kept(corpus: Corpus, tmp_path: Path) -> None:
    corpus.truth.write(tmp_path / "truth.json")
    assert read_truth(tmp_path / "truth.json") == corpus.truth
