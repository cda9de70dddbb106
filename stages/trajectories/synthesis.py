"""Dialogues of one environment: chains of tools become turns, turns are worked out, worded and proved.

The least used tool and the least used wording always come next, so that every tool is taught and no wording rules.
A turn that cannot be worked out on its state is tried with another row or verb, never forced.
"""

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from stages.core.dialogues import function, outcome_text
from stages.core.engine import Runtime
from stages.core.engine.joint import origins, parts
from stages.core.records import Dialogue, Environment, Goal, Rejected, Scenario, Split, Tool, Turn, content_id
from stages.trajectories import proof
from stages.trajectories.draft import Draft, Refused
from stages.trajectories.templates import Template, Verb, of
from stages.trajectories.tokens import Counter, call_text, shown
from stages.trajectories.turns import Turns, Worked
from stages.trajectories.values import Pool
from stages.trajectories.words import sentence
from stages.trajectories.world import Ref

WRITES: dict[str, tuple[Verb, ...]] = {
    "create": ("create_in", "create_in", "create", "create_pair"),
    "patch": ("set", "rename", "set", "flag"),
    "update": ("set", "rename", "flag"),
    "delete": ("delete",),
}
READS: dict[str, tuple[Verb, ...]] = {
    "get": ("read",),
    "list": ("list_in", "count_in", "list_all", "count_all"),
}
FOLLOWS: dict[str, tuple[Verb, ...]] = {
    "create": ("create_in_it", "create_there"),
    "patch": ("set_it", "rename_it", "flag_it"),
    "update": ("set_it", "rename_it"),
    "delete": ("delete_it",),
    "get": ("read_it",),
    "list": ("list_it", "count_it", "list_there", "count_there"),
}


TRIES = 40
"""Attempts at one turn before the dialogue ends without it."""


SEEKING = 1.0
"""Share of held-out tasks whose first turn should look something up, where the environment allows it."""
SHARE = 0.045
HEAD_START = 30
"""A wording may make up this share of a split's turns, counted as if so many more had been made before."""
ALIKE = 4
"""Training dialogues that show the same tools, at most."""


@dataclass(frozen=True)
class Budgets:
    """What a model may be shown: tokens of schema, of one result, of one call; tools; calls a turn."""

    tools: int
    schema_tokens: int
    result_tokens: int
    call_tokens: int
    calls: int = 4


@dataclass
class Uses:
    """How often each tool and wording was used so far in one environment of a split, and what was said."""

    tools: Tally = field(default_factory=Tally)
    templates: Tally = field(default_factory=Tally)
    seen: set[str] = field(default_factory=set)


def begins_writing(draft: Draft) -> bool:
    """Whether the turn begins by writing: its other calls are no look-ups."""
    return draft.environment.tool(draft.calls[0].tool).writes


def showing(draft: Draft) -> tuple[str, ...]:
    """The tools that show the rows which the turn's last call showed; none where it showed nothing."""
    last = draft.environment.tool(draft.calls[-1].tool) if draft.calls else None
    if last is None or last.verb not in READS:
        return ()
    return tuple(t.name for t in draft.environment.tools if t.table == last.table and t.verb in READS)


def said(turns: Sequence[Turn]) -> str:
    """All that the user says; two dialogues of a split never say the same."""
    return "\n".join(turn.user for turn in turns).lower()


def identity(environment: str, scenario: str, turns: Sequence[Turn], policy: str = "") -> str:
    """A dialogue's id: its place, the user's words, the rule of the house and calls made together where there are any."""
    body: dict[str, object] = {
        "environment": environment,
        "scenario": scenario,
        "turns": [turn.user for turn in turns],
    }
    body |= {"policy": policy} if policy else {}
    body |= {"messages": [list(turn.messages) for turn in turns]} if any(turn.messages for turn in turns) else {}
    return content_id("dialogue", body)


class Synthesis:
    """Makes dialogues on one environment for one split."""

    def __init__(
        self, runtime: Runtime, scenarios: list[Scenario], split: Split, uses: Uses, budgets: Budgets, count: Counter
    ) -> None:
        self.runtime = runtime
        self.environment: Environment = runtime.environment
        self.pool = Pool(self.environment, scenarios)
        self.split: Split = split
        self.uses, self.budgets, self.count = uses, budgets, count
        self.refused: Tally = Tally()
        self._shown: Tally[tuple[str, ...]] = Tally()
        self._tokens: dict[tuple[str, ...], int] = {}

    def dialogue(
        self, scenario: Scenario, plan: list[str], turns: int, parents: tuple[str, ...], rng: Random
    ) -> Dialogue | Rejected:
        """One dialogue of at most `turns` turns on a start state; `plan` names the decisive tools to prefer."""
        draft = Draft(self.environment, self.runtime.open(scenario))
        start, made, focus = draft.session.digest(), [], None
        place = False
        for number in range(turns):
            step = self._turn(draft, plan, focus if number else None, place, made, rng)
            if step is None:
                break
            draft, worked, turn = step
            made.append(turn)
            focus, place = worked.focus, worked.gone
        if not made:
            return Rejected(id=f"{self.environment.id}/{scenario.id}", reason="no_turn", detail=",".join(plan)[:120])
        tools = self._tools(made, rng)
        dialogue = Dialogue(
            id=identity(self.environment.id, scenario.id, made),
            parents=(
                *parts(scenario.id),
                *parents,
                *(id for name in tools for id in origins(self.environment.id, name)),
            ),
            environment=self.environment.id,
            split=self.split,
            scenario=scenario,
            tools=tuple(tools),
            turns=tuple(made),
            start_digest=start,
            end_digest=draft.session.digest(),
        )
        return self._checked(dialogue)

    def _turn(
        self, draft: Draft, plan: list[str], focus: Ref | None, place: bool, made: list[Turn], rng: Random
    ) -> tuple[Draft, Worked, Turn] | None:
        """The next turn, tried until one can be worked out. `place`: "it" can only mean a place to add to."""
        # Held-out tasks measure finding a row by its name; follow-ups already know theirs.
        seek = focus is None and self.split != "train" and rng.random() < SEEKING
        for attempts in range(TRIES):
            follow = focus is not None and rng.random() < 0.55
            tool = self._pick(plan, follow, focus, rng)
            verbs = (FOLLOWS if follow else WRITES | READS)[tool.verb]
            if follow and place and tool.verb not in ("create", "list"):
                continue
            template = self._template(verbs, rng)
            if self.uses.templates[template.id] >= SHARE * (self.uses.templates.total() + HEAD_START):
                self.refused["wording_used_up"] += 1
                continue
            attempt = draft.fork()
            attempt.begin()
            try:
                worked = Turns(self.pool, rng).work(attempt, template.verb, tool, focus if follow else None, place)
                self._fits(attempt, made)
                if self.count(worked.answer) >= self.budgets.call_tokens:
                    raise Refused("answer_too_long")
                if seek and attempts < TRIES * 9 // 10 and (len(attempt.calls) < 2 or begins_writing(attempt)):
                    raise Refused("no_look_up")
            except Refused as reason:
                self.refused[reason.reason] += 1
                continue
            user = sentence(template.text.format_map(worked.slots))
            turn = Turn(
                user=user,
                calls=tuple(attempt.calls),
                outcomes=tuple(attempt.outcomes),
                answer=sentence(worked.answer),
                goal=Goal(
                    digest=attempt.session.goal_digest(),
                    says=worked.says,
                    reads=showing(attempt) if worked.says else (),
                ),
                spans=tuple(attempt.spans),
                template=template.id,
            )
            if self._heard(attempt, turn, made):
                self.uses.tools.update(call.tool for call in turn.calls)
                self.uses.templates[template.id] += 1
                return attempt, worked, turn
        return None

    def _heard(self, draft: Draft, turn: Turn, made: list[Turn]) -> bool:
        """Every row that was looked up by name is named in the turn, and nothing is asked that was answered before."""
        named = [ref.label for ref in draft.mentioned]
        if any(label.lower() not in turn.user.lower() for label in named):
            self.refused["not_named"] += 1
            return False
        if any(turn.answer == earlier.answer for earlier in made):
            self.refused["asked_before"] += 1
            return False
        if turn.goal.reads and draft.shown_before(turn.goal.reads, turn.goal.says):
            self.refused["shown_before"] += 1
            return False
        return True

    def _pick(self, plan: list[str], follow: bool, focus: Ref | None, rng: Random) -> Tool:
        """A decisive tool: of the plan first, the least used ones before others; writes more often than reads."""
        tools = [tool for tool in self.environment.tools if tool.verb in FOLLOWS]
        writing = rng.random() < 0.68
        tools = [tool for tool in tools if tool.writes == writing] or tools
        if follow and focus is not None:
            near = {focus.table} | ({focus.scope.table} if focus.scope else set())
            near |= {table.name for table in self.environment.tables if table.parent == focus.table}
            tools = [tool for tool in tools if tool.table in near] or tools
        planned = [tool for tool in tools if tool.name in plan]
        if planned and rng.random() < 0.6:
            return rng.choice(planned)
        weights = [1.0 / (1 + self.uses.tools[tool.name]) for tool in tools]
        return rng.choices(tools, weights)[0]

    def _template(self, verbs: tuple[Verb, ...], rng: Random) -> Template:
        """A wording of one of the verbs; the least used of the split's side wins."""
        options = [option for verb in dict.fromkeys(verbs) for option in of(verb, held=self.split != "train")]
        least = min(self.uses.templates[option.id] for option in options)
        return rng.choice([option for option in options if self.uses.templates[option.id] == least])

    def _fits(self, draft: Draft, made: list[Turn]) -> None:
        """Raises Refused when calls, results or the tools needed so far are more than a model may be shown."""
        needed = {call.tool for turn in made for call in turn.calls} | {call.tool for call in draft.calls}
        if len(needed) > self.budgets.tools or self._schema(sorted(needed)) > self.budgets.schema_tokens:
            raise Refused("too_many_tools", ",".join(sorted(needed)))
        if not 1 <= len(draft.calls) <= self.budgets.calls:
            raise Refused("too_many_calls", str(len(draft.calls)))
        for call, outcome in zip(draft.calls, draft.outcomes, strict=True):
            if self.count(outcome_text(outcome)) > self.budgets.result_tokens:
                raise Refused("result_too_long", call.tool)
            if self.count(call_text(call)) > self.budgets.call_tokens:
                raise Refused("call_too_long", call.tool)

    def _tools(self, turns: list[Turn], rng: Random) -> list[str]:
        """The needed tools and as many of the others as fit, shuffled.

        In training, tools that were shown together before and hold the needed ones are shown again, a few times: rows that
        begin alike cost less to train on.
        """
        needed = list(dict.fromkeys(call.tool for turn in turns for call in turn.calls))
        if self.split == "train":
            for names, times in self._shown.items():
                if times < ALIKE and set(needed) <= set(names):
                    self._shown[names] += 1
                    return list(names)
        others = [tool.name for tool in self.environment.tools if tool.name not in needed]
        rng.shuffle(others)
        names = list(needed)
        for name in others:
            if len(names) >= self.budgets.tools:
                break
            if self._schema([*names, name]) <= self.budgets.schema_tokens:
                names.append(name)
        rng.shuffle(names)
        self._shown[tuple(names)] += 1
        return names

    def _schema(self, names: list[str]) -> int:
        key = tuple(names)
        if key not in self._tokens:
            self._tokens[key] = shown([function(self.environment.tool(name)) for name in names], self.count)
        return self._tokens[key]

    def _checked(self, dialogue: Dialogue) -> Dialogue | Rejected:
        """The dialogue, or why it is refused: over budget, said before, or a proof that fails."""
        words = said(dialogue.turns)
        checks = (
            ("too_many_tools", [len(dialogue.tools)] if len(dialogue.tools) > self.budgets.tools else []),
            ("schema_too_long", [1] if self._schema(list(dialogue.tools)) > self.budgets.schema_tokens else []),
            ("duplicate", [1] if words in self.uses.seen else []),
            ("leak", proof.leaks(dialogue, self.environment)),
            ("unproved", proof.unproved(dialogue, self.environment)),
            ("weak_goal", proof.weak_goals(self.runtime, dialogue)),
        )
        for reason, found in checks:
            if found:
                return Rejected(id=dialogue.id, reason=reason, detail="; ".join(map(str, found))[:200])
        self.uses.seen.add(words)
        return dialogue
