"""The search itself: places that writes lead to, and all ways of the fewest calls through them.

Breadth first by number of calls, so the first depth with a way has all shortest ones. Reads change no state, so each is
made once on the session that stands there; only a write that was never made before forks it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stages.core.engine import Session
from stages.core.records import Call, canonical
from stages.trajectories.candidates import Step, Task, another
from stages.trajectories.knowledge import Sight, State, alike, rows, shown

Calls = tuple[Call, ...]


class Caps(NamedTuple):
    """Where the search stops and says `unknown`: calls of a reference (0: nothing is searched at all), calls
    tried and nodes visited a turn."""

    calls: int
    states: int


class CapReached(Exception):
    """The search would go beyond its caps."""


class Place:
    """One state that writes lead to from the turn's start, and what was tried there. A session is made when one is needed."""

    def __init__(self, session: Session | None, before: "tuple[Place, Call] | None" = None) -> None:
        self._session, self._before = session, before
        self._rows: State | None = None
        self.there: bool | None = None
        """Whether it is the goal's state; None: not known yet."""
        self.steps: list[Step] | None = None
        """Reads worth making here."""
        self.seen: dict[str, Sight | None] = {}
        """What each read showed here; None: it failed."""
        self.next: dict[str, tuple[Place, Sight] | None] = {}
        """Where each write led, and what it showed."""

    @property
    def session(self) -> Session:
        if self._session is None:
            assert self._before is not None
            place, call = self._before
            self._session = place.session.fork()
            self._session.call(call.tool, dict(call.arguments))
        return self._session

    def rows(self) -> State:
        if self._rows is None:
            self._rows = rows(self.session)
        return self._rows


class Search:
    """One turn searched, from a session that stands where it begins."""

    def __init__(self, task: Task, session: Session, known: Sight, caps: Caps) -> None:
        self.task, self.caps, self.known = task, caps, known
        self.environment = task.environment
        self.expanded = 0
        self.root = Place(session)
        self.root._rows = task.before
        self.root.there = task.writes == 0
        self._follow_reference()

    def _follow_reference(self) -> None:
        """What the reference's own calls give is on record: none of them is made again."""
        place, left = self.root, self.task.writes
        for call, outcome in zip(self.task.turn.calls, self.task.turn.outcomes, strict=True):
            tool = self.environment.tool(call.tool)
            if outcome.error is not None:
                continue
            sight = shown(self.environment, tool, call.arguments, outcome.value)
            if tool.writes:
                left -= 1
                after = Place(None, (place, call))
                after.there = True if left == 0 else None
                place.next[_text(call)] = (after, sight)
                place = after
            else:
                place.seen[_text(call)] = sight

    def _spend(self) -> None:
        self.expanded += 1
        if self.expanded > self.caps.states:
            raise CapReached

    def read(self, place: Place, call: Call) -> Sight | None:
        """What a read shows at a place, or None where it fails."""
        name = _text(call)
        if name not in place.seen:
            self._spend()
            result = place.session.call(call.tool, dict(call.arguments))
            tool = self.environment.tool(call.tool)
            place.seen[name] = shown(self.environment, tool, call.arguments, result.value) if result.ok else None
        return place.seen[name]

    def write(self, place: Place, call: Call) -> tuple[Place, Sight] | None:
        """The place that a write leads to and what it shows, or None where it fails."""
        name = _text(call)
        if name not in place.next:
            self._spend()
            fork = place.session.fork()
            result = fork.call(call.tool, dict(call.arguments))
            tool = self.environment.tool(call.tool)
            place.next[name] = None
            if result.ok:
                place.next[name] = (
                    Place(fork),
                    shown(self.environment, tool, call.arguments, result.value),
                )
        return place.next[name]

    def met(self, place: Place, known: Sight) -> bool:
        """Whether the goal's state is reached and everything that the answer says has been shown."""
        groups = self.task.groups
        return all(not group.isdisjoint(known) for group in groups) and self.there(place)

    def there(self, place: Place) -> bool:
        """Whether a place is the goal's state."""
        if place.there is None:
            same = alike(self.environment, self.task.after, place.rows())
            place.there = place.session.goal_digest() == self.task.turn.goal.digest if same is None else same
        return place.there

    def reaches(self, calls: Sequence[Call]) -> bool:
        """Whether the calls are a way: each may be made when its turn comes and succeeds, and the goal is met."""
        place, known = self.root, self.known
        for call in calls:
            if any(need not in known for need in self.task.step(call).needs):
                return False
            if self.environment.tool(call.tool).writes:
                after = self.write(place, call)
                place, sight = after if after is not None else (place, None)
            else:
                sight = self.read(place, call)
            if sight is None:
                return False
            known = {**known, **sight}
        return self.met(place, known)

    def ways(self) -> list[Calls]:
        """All ways of the fewest calls, at most as many as the reference's; empty where none was found."""
        limit = len(self.task.reference)
        layer: dict[tuple, tuple[Calls, Place, Sight]] = {(): ((), self.root, self.known)}
        for depth in range(limit + 1):
            found = {same(calls): calls for calls, place, known in layer.values() if self.met(place, known)}
            if found or depth == limit:
                return list(found.values())
            following: dict[tuple, tuple[Calls, Place, Sight]] = {}
            for calls, place, known in layer.values():
                self._spend()
                for call, after, sight in self._moves(place, known, limit - depth):
                    made = (*calls, call)
                    more = {**known, **sight}
                    # Another order of the same calls leads to the same node if it shows the same.
                    following.setdefault((id(after), same(made), frozenset(more)), (made, after, more))
            layer = following
        return []

    def _moves(self, place: Place, known: Sight, left: int) -> Iterator[tuple[Call, Place, Sight]]:
        """Calls that may be made next and help, where `left` calls are left."""
        done = self.there(place)
        if done or left > 1:
            concerned = self.task.concerned(place.rows())
            if place.steps is None:
                place.steps = self.task.reads(place.rows(), concerned)
            for step in place.steps:
                if any(need not in known for need in step.needs):
                    continue
                sight = self.read(place, step.call)
                tool = self.environment.tool(step.call.tool)
                if sight and any(item not in known and self.task.relevant(item, concerned) for item in sight):
                    token = next((item[2] for item in sight if item[0] == "page"), None)
                    if token is not None and ("page", tool.name, token) not in known:
                        place.steps = [*place.steps, *self.task.pages(tool, step.call, token)]
                    yield step.call, place, sight
        if not done:
            yield from self._writes(place, known)

    def _writes(self, place: Place, known: Sight) -> Iterator[tuple[Call, Place, Sight]]:
        enough: set[tuple[str, str]] = set()
        for step, fewer in self.task.writes_at(place.rows(), known):
            # Fewer fields are of use only where another write sets the rest, or where giving all of them fails.
            at = (step.call.tool, "".join(sorted(item[-1] for item in step.needs)))
            if any(need not in known for need in step.needs) or (fewer and at in enough):
                continue
            after = self.write(place, step.call)
            if after is not None:
                if self.task.writes == 1 and self.there(after[0]):
                    enough.add(at)
                yield step.call, *after

    def masked(self, calls: Calls) -> list[tuple[int, str]]:
        """Arguments of a way that do not matter: optional ones can be left out together, required ones changed alone.

        Keys are not tried: a way is addressed by the rows that it is about.
        """
        fewer, found = self.spared(calls)
        for index, call in enumerate(calls):
            tool = self.environment.tool(call.tool)
            required = set(tool.parameters.get("required", [])) - {tool.key_parameter, *tool.parents}  # type: ignore[arg-type]
            for name in sorted(required & set(call.arguments)):
                arguments = {**fewer[index].arguments, name: another(tool, name, call.arguments[name])}
                if self.reaches((*fewer[:index], Call(tool=call.tool, arguments=arguments), *fewer[index + 1 :])):
                    found.append((index, name))
        return sorted(found)

    def spared(self, calls: Calls) -> tuple[Calls, list[tuple[int, str]]]:
        """The way without every argument that can be left out, and which were."""
        dropped: list[tuple[int, str]] = []
        for index, call in enumerate(calls):
            tool = self.environment.tool(call.tool)
            required = tool.parameters.get("required", [])
            for name in call.arguments:
                if name not in required:  # type: ignore[operator]
                    rest = {n: v for n, v in calls[index].arguments.items() if n != name}
                    fewer = (*calls[:index], Call(tool=call.tool, arguments=rest), *calls[index + 1 :])
                    if self.reaches(fewer):
                        calls = fewer
                        dropped.append((index, name))
        return calls, dropped


def _text(call: Call) -> str:
    return f"{call.tool} {canonical(call.arguments)}"


def same(calls: Sequence[Call]) -> tuple[str, ...]:
    """What two orders of the same calls have in common."""
    return tuple(sorted(_text(call) for call in calls))
