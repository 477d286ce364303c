"""Write turns of a conversation: a prompt, then responses with their tools until one has none.

Rule: the numbers of a response depend on those before it (what was written is read the next time),
as with a real prompt cache.
"""

from tests.bench.corpus import lines, notes
from tests.bench.corpus.planned import planned
from tests.bench.corpus.response import respond
from tests.bench.corpus.session import Session
from tests.bench.corpus.speaker import Speaker
from tests.bench.corpus.transcript import Transcript

_FIRST_PROMPT_TOKENS = 12_000
_FULL_CONTEXT_TOKENS = 160_000


class Conversation:
    """Somebody who speaks into a transcript: the main loop or a subagent."""

    def __init__(self, session: Session, transcript: Transcript, speaker: Speaker) -> None:
        """Begin with an empty cache."""
        self.session = session
        self.transcript = transcript
        self.speaker = speaker
        self._context = 0
        self._grown = _FIRST_PROMPT_TOKENS

    def turn(self, responses: int) -> None:
        """A prompt and so many responses."""
        self.prompt()
        for left in range(responses - 1, -1, -1):
            self.respond(tools=0 if left == 0 else 1 + (self.session.rng.random() < 0.25))

    def prompt(self) -> None:
        """A prompt with what the client writes around it."""
        session, speaker, file = self.session, self.speaker, self.transcript
        rng = session.rng
        text = session.text.piece(rng, session.sizes.around(rng, session.sizes.text // 2))
        is_main = speaker.agent_id is None
        if is_main:
            speaker.wait(5_000, 900_000)
            if rng.random() < 0.05 and session.era.layout == "folder":
                file.note(*notes.queued(speaker, text))
            if rng.random() < 0.6:
                file.note(notes.file_history(speaker))
        file.message(lines.prompt(speaker, text), speaker.parent)
        if session.era.modern and is_main:
            size = session.sizes.around(rng, session.sizes.result * 2)
            file.message(lines.attachment(speaker, session.text.piece(rng, size)), speaker.parent)
            shape = session.text.piece(rng, session.sizes.around(rng, session.sizes.result))
            file.note(
                *notes.request_shape(speaker, session.model, shape),
                notes.last_prompt(speaker, "Go on."),
                notes.latch(speaker),
            )

    def respond(self, *, tools: int) -> None:
        """One response."""
        session, rng = self.session, self.session.rng
        plan = planned(session, session.response_oddity(), context=self._context, grown=self._grown)
        respond(session, self.transcript, self.speaker, plan, tools=tools)
        self._context += self._grown + plan.usage.output_tokens
        self._grown = session.sizes.around(rng, 900, 1.0)
        if self._context > _FULL_CONTEXT_TOKENS:
            self._context, self._grown = 0, 2 * _FIRST_PROMPT_TOKENS

    def end_turn(self) -> None:
        """What the client notes when the model stops."""
        if self.session.era.modern:
            keys = ',"durationMs":268,"messageCount":17'
            self.transcript.message(
                lines.system(self.speaker, "turn_duration", keys), self.speaker.parent
            )
            self.transcript.note(notes.last_prompt(self.speaker, "Go on."))
