"""A process that reads transcripts: jobs on stdin, batches of readings on stdout.

Rule: it ends as soon as either pipe does, so that it never outlives who started it. Ctrl-C is for
that process alone to answer, which starts this one with it blocked.
"""

import contextlib
import gc
from io import FileIO

from agent_console.usage.ingest.pipe_messages import decode_jobs, encode, receive
from agent_console.usage.ingest.read_jobs import batches
from agent_console.usage.ingest.reading import TranscriptReader
from agent_console.usage.ingest.sending import SendingAhead


def main() -> None:
    """Work until stdin ends."""
    gc.disable()  # a reading has no cycles, and many parts to look at
    reader = TranscriptReader()
    jobs_in, batches_out = FileIO(0, closefd=False), FileIO(1, "w", closefd=False)
    sending = SendingAhead(batches_out)
    with contextlib.suppress(BrokenPipeError):
        while (message := receive(jobs_in)) is not None:
            for batch in batches(decode_jobs(message), reader):
                sending.send(encode(batch))
    sending.finish()


if __name__ == "__main__":
    main()
