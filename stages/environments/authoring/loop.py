"""EnvGen's loop for one environment, as a talk: it yields what to ask and is sent the replies.

Propose, write, start states, cases; then run everything and let the author revise, at most so many times. A revision is
judged as the new code it is; the best version so far is what the next one starts from and what counts in the end. A
verdict of the author's own fault (`scenarios`) leaves the programs as they are.
"""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple, TypeVar

from stages.core.llm.request import Answer, Failure
from stages.core.records import Environment, Record
from stages.environments.authoring import interface, prompts, written
from stages.environments.authoring.mistakes import Mistake, told
from stages.environments.authoring.prompts import Message
from stages.environments.authoring.replies import Case, Cases, Draft, Proposal, Revision, State, States, read
from stages.environments.authoring.trials import Verdict, judge
from stages.environments.authoring.written import About
from stages.environments.gate import Settings

Read = TypeVar("Read", bound=Record)


class Ask(NamedTuple):
    """One question: the messages, the record that is expected, and which sample of the same prompt it is."""

    messages: tuple[Message, ...]
    expected: type[Record]
    sample: int = 0


class Task(NamedTuple):
    """What is to be written. `proposal` is None for an idea: the interface is then the author's too."""

    about: About
    idea: str
    proposal: Proposal | None


class Bounds(NamedTuple):
    """tools at most; replies asked for at each step before the author is given up; revisions."""

    tools: int
    attempts: int
    revisions: int


class Version(NamedTuple):
    """All that the author wrote, and what came of it."""

    draft: Draft
    states: tuple[State, ...]
    cases: tuple[Case, ...]
    environment: Environment
    verdict: Verdict


class Outcome(NamedTuple):
    """The environment where it passed, else why not (`reason`, `detail`); `history` tells each step."""

    version: Version | None
    reason: str
    detail: str
    history: list[dict[str, Any]]


class _GivenUp(Exception):
    """The author could not do a step. Arguments: reason code, detail."""


Talk = Generator[Ask, Answer | Failure, Outcome]


def write(task: Task, bounds: Bounds, settings: Settings) -> Talk:
    """The talk about one environment. Never raises for what the author says."""
    history: list[dict[str, Any]] = []
    try:
        best = yield from _first(task, bounds, settings, history)
        for number in range(bounds.revisions):
            if best.verdict.passed:
                break
            best = yield from _revised(task, best, number, settings, history)
    except _GivenUp as end:
        reason, detail = end.args
        return Outcome(None, reason, detail, history)
    if best.verdict.passed:
        return Outcome(best, "", "", history)
    lines = told(best.verdict.mistakes)
    return Outcome(None, f"author_{lines[0].split(':')[0]}", "; ".join(lines[:3])[:600], history)


def _first(
    task: Task, bounds: Bounds, settings: Settings, history: list[dict[str, Any]]
) -> Generator[Ask, Answer | Failure, Version]:
    proposal = task.proposal
    if proposal is None:
        opening = prompts.ask(prompts.PROPOSE, idea=task.idea, tools_at_most=bounds.tools)
        check = _lines(lambda proposal: interface.mistakes(proposal, bounds.tools))
        proposal = yield from _step("propose", opening, Proposal, check, bounds, history)
    shown = prompts.interface(proposal)
    opening = prompts.ask(prompts.WRITE, idea=task.idea, interface=shown)
    check = _lines(lambda draft: _unfit(written.environment(task.about, proposal, draft)))
    draft = yield from _step("write", opening, Draft, check, bounds, history)
    tables = prompts.tables(draft)
    states = yield from _step("scenarios", prompts.ask(prompts.STATES, tables=tables), States, _states, bounds, history)
    opening = prompts.ask(prompts.CASES, interface=shown, tables=tables, scenarios=prompts.states(states.scenarios))
    cases = yield from _step("cases", opening, Cases, lambda _: [], bounds, history)
    environment = written.environment(task.about, proposal, draft)
    assert isinstance(environment, Environment)  # `check` took no other draft
    verdict = judge(environment, states.scenarios, cases.cases, settings)
    history.append({"step": "first", "passed": verdict.passed, "mistakes": told(verdict.mistakes)})
    return Version(draft, states.scenarios, cases.cases, environment, verdict)


def _revised(
    task: Task, best: Version, number: int, settings: Settings, history: list[dict[str, Any]]
) -> Generator[Ask, Answer | Failure, Version]:
    """The better of `best` and what the author made of it."""
    proposal = Proposal(
        title=best.environment.title,
        description=best.environment.description,
        tools=tuple(
            interface.ProposedTool(name=t.name, description=t.description, parameters=t.parameters, writes=t.writes)
            for t in best.environment.tools
        ),
    )
    opening = prompts.ask(
        prompts.REVISE,
        mistakes=told(best.verdict.mistakes),
        # What was tried since the best version and did not help, so that it is not tried again.
        failed_revisions=[one for one in history if one["step"] == "revise" and not one["kept"]][-2:],
        interface=prompts.interface(proposal),
        tables=prompts.tables(best.draft),
        tools=prompts.programs(best.draft),
        scenarios=prompts.states(best.states),
        cases=prompts.cases(best.cases),
    )
    reply = yield Ask(opening, Revision, number)
    revision = _taken(reply, Revision)
    note: dict[str, Any] = {"step": "revise", "kept": False}
    history.append(note)
    if not isinstance(revision, Revision):
        note["mistakes"] = revision
        return best
    note["fault"] = revision.fault
    new = _applied(best, revision)
    dropped = _dropped(best.cases, new[2])
    environment = written.environment(task.about, proposal, new[0])
    if dropped or not isinstance(environment, Environment):
        note["mistakes"] = dropped or told(_unfit(environment))
        return best
    verdict = judge(environment, new[1], new[2], settings)
    note["passed"], note["mistakes"] = verdict.passed, told(verdict.mistakes)
    if verdict.worth <= best.verdict.worth:
        return best
    note["kept"] = True
    return Version(*new, environment, verdict)


def _applied(best: Version, revision: Revision) -> tuple[Draft, tuple[State, ...], tuple[Case, ...]]:
    """What stands after a revision: programs or start states and cases change, never both."""
    if revision.fault == "scenarios":
        return best.draft, revision.scenarios or best.states, revision.cases or best.cases
    draft = Draft(tables=revision.tables or best.draft.tables, tools={**best.draft.tools, **revision.tools})
    return draft, best.states, best.cases


def _dropped(old: Sequence[Case], new: Sequence[Case]) -> list[str]:
    """Tools that a revision tries less than before: a case may be put right, not be got rid of."""
    before, now = (Counter(call.tool for case in cases for call in case.calls) for cases in (old, new))
    return [f"{tool} was tried {count} times and now less" for tool, count in before.items() if now[tool] < count]


def _step(
    name: str,
    talk: tuple[Message, ...],
    expected: type[Read],
    check: Callable[[Read], list[str]],
    bounds: Bounds,
    history: list[dict[str, Any]],
) -> Generator[Ask, Answer | Failure, Read]:
    """A reply that reads as `expected` and passes `check`; its mistakes are told back. Raises _GivenUp."""
    lines: list[str] = []
    for _ in range(bounds.attempts):
        reply = yield Ask(talk, expected)
        found = _taken(reply, expected)
        lines = found if isinstance(found, list) else check(found)
        history.append({"step": name, "mistakes": lines})
        if not isinstance(found, list) and not lines:
            return found
        assert isinstance(reply, Answer)  # `_taken` gave up on everything else
        talk = prompts.again(talk, reply.text, lines)
    raise _GivenUp(f"author_{name}", "; ".join(lines[:3])[:600])


def _taken(reply: Answer | Failure, expected: type[Read]) -> Read | list[str]:
    if isinstance(reply, Failure):
        raise _GivenUp(reply.reason, reply.detail[:600])
    if reply.finish == "length":
        return ["the reply was cut off: it must be shorter"]
    return read(reply.text, expected)


def _lines(check: Callable[[Any], list[Mistake]]) -> Callable[[Any], list[str]]:
    return lambda read: told(check(read))


def _unfit(made: Environment | list[Mistake]) -> list[Mistake]:
    return [] if isinstance(made, Environment) else made


def _states(read: States) -> list[str]:
    names = [state.name for state in read.scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        return [f"two scenarios are named {twice[0]!r}"]
    return [] if any(state.expect == "pass" for state in read.scenarios) else ["no scenario is expected to load"]
