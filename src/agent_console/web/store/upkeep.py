"""What keeps the ledger whole, as the page has it done: each in a thread, telling its steps.

Rule: no NiceGUI here, and no second way: each calls what the command of the same name calls.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from agent_console.config import Config
from agent_console.errors import AgentConsoleError
from agent_console.model.format import counted, exact_cost, exact_tokens, size
from agent_console.private_folder import make_private_folder
from agent_console.usage.database.backup_files import asked_path
from agent_console.usage.database.read_only_uri import SCHEMA
from agent_console.usage.ingest.catch_up import CaughtUp, Progress, bring_up_to_date
from agent_console.usage.ingest.reindex import Totals, reindex
from agent_console.usage.maintenance.backup_to_file import backup_to_file
from agent_console.usage.maintenance.check import check
from agent_console.usage.maintenance.content_problems import content_problems
from agent_console.usage.maintenance.recover import recover
from agent_console.usage.maintenance.repair import repair
from agent_console.usage.maintenance.restore import restore
from agent_console.web.asking.long_work import Telling, Work
from agent_console.web.asking.outcome import Fact, Outcome


def reading(database: Path, config: Config) -> Work:
    """`agent-console ingest`."""

    def work(tell: Telling) -> Outcome:
        tell("Looking for transcripts")
        found = bring_up_to_date(
            database, config.prices, config=config, tell=_reading(tell), say=tell
        )
        if not found.files_read:
            return Outcome("Nothing new.", _kind(found), _unreadable(found))
        read = f"{counted(found.responses, 'response')} in {counted(found.files_read, 'file')}"
        return Outcome(f"Read {read}.", _kind(found), _unreadable(found), has_changed=True)

    return work


def reading_again(database: Path, config: Config) -> Work:
    """`agent-console reindex`."""

    def work(tell: Telling) -> Outcome:
        tell("Taking out what is going to be read again")
        done = reindex(database, config.prices, config=config, tell=_reading(tell), say=tell)
        facts = _differences(done.before, done.after)
        read = counted(done.read.files_read, "transcript")
        what = "" if facts else " Nothing changed."
        return Outcome(
            f"Read {read} again.{what}", _kind(done.read), (*facts, *_unreadable(done.read)),
            has_changed=True,
        )  # fmt: skip

    return work


def checking(database: Path) -> Work:
    """`agent-console db check`."""

    def work(tell: Telling) -> Outcome:
        findings = check(database, look=_Elapsed(tell))
        fine = all(finding.ok for finding in findings)
        facts = [
            Fact(
                f"{'✓' if finding.ok else '✗'} {finding.check}",
                f"{finding.text} {'' if finding.ok else finding.mend}",
                finding.ok,
            )
            for finding in findings
        ]
        return Outcome(
            "All is well." if fine else "Something is not as it must be: mend it.",
            "positive" if fine else "negative",
            tuple(facts),
        )

    return work


def mending(database: Path) -> Work:
    """`agent-console db repair`."""

    def work(tell: Telling) -> Outcome:
        changed = repair(database, tell, _Elapsed(tell))
        sentence = "Mended." if changed else "Nothing was wrong."
        facts = tuple(Fact("Mended", each) for each in changed)
        return Outcome(sentence, "positive", facts, has_changed=bool(changed))

    return work


def beginning_again(database: Path, at_ms: int) -> Work:
    """What `agent-console db repair` does when nothing else helps; it cannot be cancelled."""

    def work(tell: Telling) -> Outcome:
        tell("Beginning again from the newest good backup")
        done = recover(database, at_ms, tell)
        first, *rest = done.sentences()
        return Outcome(
            f"{first} Read new transcripts now.", "warning",
            tuple(Fact("Recovered", each) for each in rest), has_changed=True,
        )  # fmt: skip

    return work


def backing_up(database: Path, at_ms: int) -> Work:
    """`agent-console db backup`, into the folder of backups."""
    file = asked_path(database, SCHEMA, at_ms)

    def work(tell: Telling) -> Outcome:
        try:
            make_private_folder(file.parent)
        except OSError as error:
            raise AgentConsoleError(f"{file.parent}: {error.strerror}.") from error

        def copied(remaining: int, pages: int) -> None:
            tell("Copying, then checking the copy", (pages - remaining) / pages if pages else None)

        written = backup_to_file(database, file, progress=copied)
        facts = (
            Fact("Backup", f"{file} ({size(written)})"),
            Fact("Restore", f"agent-console db restore {file}"),
        )
        return Outcome(f"Wrote {file} ({size(written)}).", "positive", facts, has_changed=True)

    return work


def restoring(database: Path, source: Path, at_ms: int) -> Work:
    """`agent-console db restore`; it cannot be cancelled."""

    def work(tell: Telling) -> Outcome:
        tell(f"Examining {source.name}, and bringing it back")
        problems = content_problems(source, tell) if source.is_file() else []
        done = restore(database, source, at_ms, tell)
        kept = "" if done.kept is None else f" The old ledger is {done.kept}."
        return Outcome(
            f"Restored.{kept}", "warning" if problems else "positive",
            tuple(Fact(f"✗ {each.check}", f"{each.text} {each.mend}", False) for each in problems),
            has_changed=True,
        )  # fmt: skip

    return work


def _reading(tell: Telling) -> Callable[[Progress], None]:
    """Bytes and files as a step and a share."""

    def told(progress: Progress) -> None:
        read, in_all = progress.bytes_read, progress.bytes_in_all
        files = f"{progress.files:,} of {counted(progress.files_in_all, 'transcript')}"
        share = read / in_all if in_all else None
        tell(f"{files}, {size(read)} of {size(in_all)}", share)

    return told


class _Elapsed:
    """A step with the seconds that it has taken so far."""

    def __init__(self, tell: Telling) -> None:
        self._tell = tell
        self._step = ""
        self._since = 0.0

    def __call__(self, step: str) -> None:
        now = time.monotonic()
        if step != self._step:
            self._step, self._since = step, now
        seconds = int(now - self._since)
        self._tell(f"{step}, {seconds} s" if seconds else step)


def _kind(read: CaughtUp) -> Literal["positive", "warning"]:
    return "warning" if read.unreadable else "positive"


def _unreadable(read: CaughtUp) -> tuple[Fact, ...]:
    return tuple(Fact(file.path, file.reason, is_fine=False) for file in read.unreadable[:20])


def _differences(before: Totals, after: Totals) -> tuple[Fact, ...]:
    rows = [
        (name.replace("_tokens", "").replace("_creation", " write").replace("_", " "),
         exact_tokens(getattr(before, name)), exact_tokens(getattr(after, name)))
        for name in Totals.__struct_fields__[:-1]
    ]  # fmt: skip
    rows.append(("cost", exact_cost(before.cost_usd), exact_cost(after.cost_usd)))
    return tuple(Fact(name, f"{old} → {new}") for name, old, new in rows if old != new)
