"""What happens in one session: its runs, turns and subagents, and the oddities that were planned.

Rule: everything in a session happens one after the other, in the order of the main file's lines;
its cost-state lines can then be told from the clock alone.
"""

from tests.bench.corpus import lines, notes
from tests.bench.corpus.conversation import Conversation
from tests.bench.corpus.copies import replay
from tests.bench.corpus.session import Session
from tests.bench.corpus.subagents import echo_subagent, run_subagent
from tests.bench.corpus.transcript import Line, Transcript
from tests.bench.corpus.usage import Usage

_RESPONSES_A_TURN = 8


class Story:
    """A session as it goes on."""

    def __init__(self, session: Session) -> None:
        """Nothing has happened."""
        self.session = session
        self.first_turn_lines = 0
        self._talk = Conversation(session, session.main, session.speaker)

    def begin(self) -> None:
        """The whole of an ordinary session, in one to three runs."""
        session, rng = self.session, self.session.rng
        if session.era.layout != "folder" and "BOM" not in session.plan and rng.random() < 0.5:
            title = session.text.piece(rng, 30).replace("\\", "/")
            session.main.note(notes.summary(session.speaker, title.replace('"', "'")))
            session.truth.titles[session.id] = title.replace('"', "'")
        self._talk.turn(1 + (rng.random() < 0.7))
        self.first_turn_lines = len(session.main.lines)
        self._name_it()
        self._odd_events()
        wanted = session.sizes.around(rng, session.sizes.responses, 0.8)
        self.go_on(max(wanted, len(session.due) + 1))

    def go_on(self, responses: int) -> None:
        """More runs with so many responses in all, and the subagents that belong to them."""
        session, rng = self.session, self.session.rng
        runs = rng.choice((1, 1, 2, 3))
        for _ in range(runs):
            left = max(1, responses // runs)
            while left > 0:
                turn = min(left, session.sizes.around(rng, _RESPONSES_A_TURN))
                self._talk.turn(turn)
                left -= turn
                if rng.random() < 0.5 * session.sizes.agents * turn / responses * 2:
                    self._subagent()
            self._leave()

    def _subagent(self) -> None:
        session = self.session
        for _ in range(session.rng.choice((1, 1, 1, 2, 4))):
            run_subagent(
                session, session.sizes.around(session.rng, session.sizes.agent_responses, 0.7)
            )

    def _leave(self) -> None:
        session, rng = self.session, self.session.rng
        if session.has("unlisted requests"):
            tokens = Usage(rng.randint(500, 4_000), rng.randint(20, 900), 0, 0, rng.randint(0, 90))
            session.hide(session.model, tokens)
        if session.has("unlisted model"):
            session.hide(session.era.small_model, Usage(rng.randint(100, 900), rng.randint(5, 60)))
        self._talk.end_turn()
        if session.keeps_cost:
            session.tell_cost()

    def _name_it(self) -> None:
        session, rng = self.session, self.session.rng
        if session.era.layout == "folder":
            title = f"Look at {rng.randint(1, 10_000)}"
            session.main.note(notes.ai_title(session.speaker, title))
            if session.has("custom title"):
                title = f"Mine {rng.randint(1, 10_000)}"
                session.main.note(notes.custom_title(session.speaker, title))
                session.main.note(notes.ai_title(session.speaker, "Looked at something"))
            session.truth.titles[session.id] = title

    def _odd_events(self) -> None:
        session, speaker = self.session, self.session.speaker
        if session.has("synthetic error"):
            session.main.assistant(lines.api_error(speaker), speaker.parent)
            session.truth.api_errors[session.id] = 1
        if session.has("moves to another folder"):
            speaker.cwd = f"{speaker.cwd}/.worktrees/fix"
            speaker.describe()
        if session.has("btw"):
            self._replay("aside_question-", 5)
        if session.has("acompact"):
            self._replay("acompact-", session.rng.choice((0, 8)))
        if session.has("workflow"):
            self._workflow()
        if session.has("stale echo"):
            echo_subagent(session, is_left=True)
        if session.has("only the echo"):
            echo_subagent(session, is_left=False)

    def _replay(self, kind: str, last_lines: int) -> None:
        talk = replay(self.session, kind, last_lines)
        talk.turn(1)
        self.session.speaker.now_ms = talk.speaker.now_ms
        self.session.speaker.wait(10, 500)

    def _workflow(self) -> None:
        session, rng = self.session, self.session.rng
        folder = f"workflows/wf_{rng.getrandbits(48):012x}"
        for _ in range(rng.randint(2, 4)):
            run_subagent(session, rng.randint(1, 6), under=folder)
        journal = Transcript(session.folder / session.id / "subagents" / folder / "journal.jsonl")
        time = session.speaker.time()
        journal.note(
            f'{{"type":"started","key":"v2:1","timestamp":"{time}"}}',
            f'{{"type":"result","key":"v2:1","result":{{"model":"{session.model}",'
            '"usage":{"input_tokens":7,"output_tokens":7}}}',
        )
        session.files.append(journal)


def spoil(session: Session) -> None:
    """Put into a finished session's main file what is no line of a client."""
    rng, main = session.rng, session.main
    if session.has("half-written last line"):
        whole = [line.text for line in main.lines if line.kind == "assistant"][-1]
        unfinished = whole.replace('"id":"msg_', '"id":"msg_half', 1)
        main.unfinished = unfinished[: int(len(unfinished) * rng.uniform(0.3, 0.97))]
    if session.has("BOM"):
        first = next(place for place, line in enumerate(main.lines) if line.kind == "assistant")
        del main.lines[:first]
        main.begin = "\ufeff"
    bad: list[str] = []
    if session.has("line of another kind"):
        bad += ["[]", "123", "null", '"text"', "[1, 2]"]
    if session.has("malformed line"):
        bad += ['{"type":"assistant","message":{"id":"msg_0","usage":{"input_tokens":5']
    for text in bad:
        main.lines.insert(rng.randint(1, len(main.lines)), Line(text, "note", ""))
    session.truth.bad_lines += len(bad)
