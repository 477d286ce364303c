"""Looking models up: here, or in a process that imports the catalogue meanwhile."""

import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import psutil  # type: ignore[import-untyped]
import pytest
from tests.usage.asking import query
from tests.usage.ingest.transcripts import SESSION, answer, write
from tests.usage.prices.priced_ledger import NO_PRICES, PricedLedger, own

from agent_console.config_prices import PricesConfig
from agent_console.usage.prices.looking_up import LookingUp, LookUpError

MODELS = ["claude-opus-5-5", "no-such-model", "claude-haiku-4-5"]


LOOK_UP = """
import sys
from agent_console.config_prices import PricesConfig
from agent_console.usage.prices.looking_up import LookingUp
looking_up = LookingUp()
looking_up.start()
assert looking_up.look_up(["claude-opus-5-5"], PricesConfig())[0].periods
assert "genai_prices" not in sys.modules
"""


FIRST_READING = """
import os, sys
from pathlib import Path
from agent_console.config_prices import PricesConfig
from agent_console.errors import LedgerError
from agent_console.usage.ingest.catch_up import bring_up_to_date
assert bring_up_to_date(Path(sys.argv[1]), PricesConfig()).responses == 1
assert "genai_prices" not in sys.modules
try:
    bring_up_to_date(Path(sys.argv[1], "in-a-file"), PricesConfig())
except LedgerError:
    try:
        os.waitpid(-1, 0)
    except ChildProcessError:
        sys.exit(0)
sys.exit("it goes on, or left a process")
"""


def started(looking_up: LookingUp) -> psutil.Process:
    """The process that it has started."""
    before = set(psutil.Process().children())
    looking_up.start()
    (process,) = set(psutil.Process().children()) - before
    return process


@pytest.mark.parametrize(
    "prices",
    [NO_PRICES, own("claude-*", input="1.25"), PricesConfig(discount_percent=Decimal("12.5"))],
)
def test_a_process_gives_the_same_answer(prices: PricesConfig) -> None:
    here = LookingUp().look_up(MODELS, prices)

    there = LookingUp()
    there.start()
    assert there.look_up(MODELS, prices) == here
    assert [bool(model.periods) for model in here] == [True, False, True]


def test_whoever_lets_a_process_look_up_does_not_import_the_catalogue() -> None:
    looked_up = subprocess.run([sys.executable, "-c", LOOK_UP], check=False)
    assert looked_up.returncode == 0


def test_a_process_that_was_ended_is_an_error_and_changes_nothing(priced: PricedLedger) -> None:
    priced.facet("claude-opus-5-5")
    looking_up = LookingUp()
    process = started(looking_up)
    process.send_signal(signal.SIGKILL)

    with pytest.raises(LookUpError, match=r"ended with code -9.*looked up the next time"):
        priced.refresh(looking_up=looking_up)

    assert priced.needs_refresh()
    assert priced.refresh().models == ("claude-opus-5-5",)


def test_a_first_reading_has_prices_looked_up_meanwhile(tmp_path: Path) -> None:
    write(tmp_path / ".claude" / "projects" / "p" / f"{SESSION}.jsonl", answer("m1"))
    database = tmp_path / "metrics.db"

    read = subprocess.run(
        [sys.executable, "-c", FIRST_READING, database],
        env={**os.environ, "HOME": str(tmp_path), "CLAUDE_CONFIG_DIR": str(tmp_path / ".claude")},
        check=False,
    )

    assert read.returncode == 0
    assert query(database, "SELECT count(*) FROM prices") != [(0,)]


def test_a_process_that_nobody_asks_is_ended() -> None:
    looking_up = LookingUp()
    process = started(looking_up)

    looking_up.close()

    assert not process.is_running()


@pytest.mark.parametrize("asked", [b"", b"\x92\x91"], ids=["nothing", "half a question"])
def test_a_process_whose_starter_has_gone_ends_without_a_word(asked: bytes) -> None:
    done = subprocess.run(HELPER, input=asked, capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


def test_a_process_whose_answer_nobody_wants_ends_without_a_word() -> None:
    with subprocess.Popen(
        HELPER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(msgspec.msgpack.encode({"models": [], "prices": {}}))
        process.stdin.close()

        assert process.stderr.read() == b""
        assert process.wait() == 1


HELPER = [sys.executable, "-m", "agent_console.usage.prices.looking_up"]
