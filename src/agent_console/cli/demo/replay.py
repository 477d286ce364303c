"""Plays recordings: each in its own order, all at once, by a clock that runs faster.

Rule: within a recording one thing is over before the next begins. Claude Code does not wait for its
asynchronous hooks, but there they are tens of milliseconds apart; played ten times as fast they
would overtake each other, and the demo would show a session that never was.
"""

from collections import Counter
from contextlib import ExitStack
from math import isclose

import anyio
from msgspec import Struct, field

from agent_console.cli.demo import recordings
from agent_console.cli.demo.hook_runs import HookRuns
from agent_console.cli.demo.programme import BILLS, KILLED_AFTER_MS, Bill, Ending, Scene
from agent_console.cli.demo.recordings import Line, Recording
from agent_console.cli.demo.response_times import ResponseTimes
from agent_console.cli.demo.scratch import ScratchHome
from agent_console.cli.demo.stand_in import SessionFile, StandIn
from agent_console.client.asynchronous import AsyncClient
from agent_console.protocol.messages import Upsert

NOTHING_BILLED = Bill(0, 0, 0, 0, 0.0)


class Counts(Struct):
    """What was played.

    Attributes:
        lines: By kind of line.
        events: Hooks by event.
        upserts: Reports of usage.
    """

    lines: Counter[str] = field(default_factory=Counter[str])
    events: Counter[str] = field(default_factory=Counter[str])
    upserts: int = 0


class Stage(Struct, frozen=True):
    """Where scenes are played.

    Attributes:
        home: The scratch home.
        client: The daemon in it.
        speed: How many times as fast as they were recorded.
        standing: Ends the stand-ins.
        times: Measures.
        counts: Counts.
    """

    home: ScratchHome
    client: AsyncClient
    speed: float
    standing: ExitStack
    times: ResponseTimes
    counts: Counts


async def play_all(stage: Stage, scenes: tuple[Scene, ...]) -> None:
    """Play all scenes from now on; returns when the last one is over."""
    start = anyio.current_time()
    async with anyio.create_task_group() as tasks:
        for scene in scenes:
            tasks.start_soon(_Player(stage, scene, start).play)


class _Player:
    """Plays one scene."""

    def __init__(self, stage: Stage, scene: Scene, start: float) -> None:
        self._stage = stage
        self._scene = scene
        self._start = start
        self._recording: Recording = recordings.load(scene.recording)
        self._told_usd: dict[str, float] = {}
        self._session_id = ""
        self._folder = ""

    async def play(self) -> None:
        stage = self._stage
        lines = self._recording.lines
        await self._until(0)
        stand_in = stage.standing.enter_context(StandIn())
        file = SessionFile(stage.home.sessions, stand_in, self._scene.entrypoint)
        runs = HookRuns(stage.home, stand_in.pid, self._scene.entrypoint)
        # A registry file may come before the first hook, and says where its process is.
        self._folder = next(recordings.origin(line).cwd for line in lines if line.kind == "hook")
        for line in lines:
            await self._until(line.ms)
            stage.counts.lines[line.kind] += 1
            match line.kind:
                case "hook":
                    await self._hook(line, runs)
                case "status":
                    await self._status_line(line, runs)
                case "session-file":
                    self._session_file(line, file)
        await self._end(lines[-1].ms, stand_in, file)

    async def _until(self, ms: int) -> None:
        """Wait for a moment of the recording; at once when it has passed."""
        due = self._start + (self._scene.starts_at_ms + ms) / 1000 / self._stage.speed
        await anyio.sleep_until(due)

    async def _hook(self, line: Line, runs: HookRuns) -> None:
        origin = recordings.origin(line)
        self._session_id, self._folder = origin.session_id, origin.cwd
        self._stage.counts.events[line.event or ""] += 1
        cause = self._stage.times.begin("hook", origin.session_id)
        await runs.hook(line, origin)
        cause.over()

    async def _status_line(self, line: Line, runs: HookRuns) -> None:
        await runs.status_line(line)
        told = recordings.status_line(line)
        if told.session_id is not None and told.cost is not None and told.cost.total_cost_usd:
            model = None if told.model is None else told.model.id
            await self._report(told.session_id, told.cost.total_cost_usd, model)

    def _session_file(self, line: Line, file: SessionFile) -> None:
        if line.json is None:
            file.remove()
            return
        self._session_id = line.json.session_id
        since_ms = file.write(line.json, self._folder)
        if since_ms is not None:
            self._stage.times.begin("registry", self._session_id, since_ms).to_ms = since_ms

    async def _end(self, last_ms: int, stand_in: StandIn, file: SessionFile) -> None:
        match self._scene.ending:
            case Ending.STAYS:
                return
            case Ending.LEAVES:
                file.remove()
                stand_in.leave()
            case Ending.KILLED:
                await self._until(last_ms + KILLED_AFTER_MS)
                self._stage.times.begin("exit", self._session_id)
                stand_in.kill()
        bill = BILLS.get(self._session_id)
        if bill is not None:  # a headless session has no status line that would tell its costs
            await self._report(self._session_id, bill.cost_usd, None)

    async def _report(self, session_id: str, total_usd: float, model: str | None) -> None:
        """Tell the daemon what came to a session's costs; with the last of it its tokens."""
        told_usd = self._told_usd.get(session_id, 0.0)
        if total_usd <= told_usd:
            return
        self._told_usd[session_id] = total_usd
        bill = BILLS.get(session_id, NOTHING_BILLED)
        if not isclose(bill.cost_usd, total_usd):
            bill = NOTHING_BILLED
        self._stage.counts.upserts += 1
        await self._stage.client.request(
            Upsert(
                session_id=session_id,
                input_tokens=bill.input_tokens,
                output_tokens=bill.output_tokens,
                cache_creation_tokens=bill.cache_creation_tokens,
                cache_read_tokens=bill.cache_read_tokens,
                cost_usd=total_usd - told_usd,
                model=model,
                message_id=f"demo-{session_id}-{total_usd}",
            )
        )
