"""What one dialogue is to be written about: a chain of tools, a start state, the tools that are shown.

All of it depends on the split, the environment and the number of the dialogue alone, so that one dialogue more asks no
other question about the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from stages.core import seeds
from stages.core.dialogues import function
from stages.core.engine import Runtime
from stages.core.params.writing import Refine
from stages.core.records import Dialogue, Environment, Scenario, Split, Turn
from stages.trajectories.synthesis import Budgets, identity
from stages.trajectories.tokens import Counter, shown

Operator = Literal["implicit_reference", "action_compression", "ambiguity", "goal_expansion"]
Chain = tuple[str, list[str]]
TURN = 5
"""Tools of one turn at most (EnvFactory's limit)."""
EVERY = 2
"""Turns of a held-out task at most."""


@dataclass(frozen=True)
class Job:
    """One dialogue to write. `operators`: how each turn's words are to be refined, None for not at all."""

    name: str
    number: int
    split: Split
    runtime: Runtime
    scenario: Scenario
    chain: str
    targets: tuple[str, ...]
    """Tools of the chain, in its order."""
    tools: tuple[str, ...]
    """Tools shown: those of the chain and others."""
    turns: int
    """User turns at most."""
    operators: tuple[Operator | None, ...]

    @property
    def environment(self) -> Environment:
        """Where it plays."""
        return self.runtime.environment

    def dialogue(self, turns: Sequence[Turn], start: str, end: str) -> Dialogue:
        """The record of these turns. `start` and `end` are replay digests."""
        environment = self.environment.id
        return Dialogue(
            id=identity(environment, self.scenario.id, turns),
            parents=(self.scenario.id, self.chain, *(f"{environment}/{name}" for name in self.tools)),
            environment=environment,
            split=self.split,
            scenario=self.scenario,
            tools=self.tools,
            turns=tuple(turns),
            start_digest=start,
            end_digest=end,
        )


@dataclass(frozen=True)
class Makings:
    """What the jobs of a split are made of."""

    seed: int
    split: Split
    turns: int
    refine: Refine
    budgets: Budgets
    count: Counter

    def jobs(
        self, runtimes: Mapping[str, Runtime], starts: Mapping[str, list[Scenario]], chains: Mapping[str, list[Chain]]
    ) -> Iterator[Job]:
        """Jobs without end, one environment after the other; none where no environment has a chain and a start state."""
        usable = {name: self._fitting(runtimes[name], chains.get(name, [])) for name in sorted(runtimes)}
        names = [name for name, mine in usable.items() if mine and starts.get(name)]
        number = 0
        while names:
            name, turn = names[number % len(names)], number // len(names)
            lap, place = divmod(turn, len(usable[name]))
            chain, targets = usable[name][place]
            scenarios = starts[name]
            rng = seeds.generator(self.seed, "written", self.split, name, turn)
            yield Job(
                name=f"{name}/{self.split}/{turn}",
                number=turn,
                split=self.split,
                runtime=runtimes[name],
                scenario=scenarios[(place + lap) % len(scenarios)],
                chain=chain,
                targets=tuple(targets),
                tools=self._tools(runtimes[name].environment, targets, rng),
                turns=self.turns if self.split == "train" else min(EVERY, self.turns),
                operators=tuple(_operator(self.refine, rng) for _ in range(self.turns)),
            )
            number += 1

    def _fitting(self, runtime: Runtime, chains: Sequence[Chain]) -> list[Chain]:
        """The chains of tools that are all here, each cut where it would show too much: a beginning is a chain too."""
        turns = self.turns if self.split == "train" else min(EVERY, self.turns)
        found = []
        for id, names in chains:
            if not set(names) <= set(runtime.tools):
                continue
            while names and (len(names) > TURN * turns or not self._fits(runtime.environment, list(set(names)))):
                names = names[:-1]
            if names:
                found.append((id, names))
        return found

    def _fits(self, environment: Environment, names: Sequence[str]) -> bool:
        schema = shown([function(environment.tool(name)) for name in sorted(names)], self.count)
        return len(names) <= self.budgets.tools and schema <= self.budgets.schema_tokens

    def _tools(self, environment: Environment, targets: Sequence[str], rng: Random) -> tuple[str, ...]:
        """The chain's tools and as many others as fit, look-ups first; shuffled."""
        names = list(dict.fromkeys(targets))
        others = [tool for tool in environment.tools if tool.name not in names]
        rng.shuffle(others)
        for tool in sorted(others, key=lambda tool: tool.writes):
            if self._fits(environment, [*names, tool.name]):
                names.append(tool.name)
        rng.shuffle(names)
        return tuple(names)


def _operator(shares: Refine, rng: Random) -> Operator | None:
    drawn = rng.random()
    options: tuple[tuple[Operator, float], ...] = (
        ("implicit_reference", shares.implicit_reference),
        ("action_compression", shares.action_compression),
        ("ambiguity", shares.ambiguity),
        ("goal_expansion", shares.goal_expansion),
    )
    for name, share in options:
        if drawn < share:
            return name
        drawn -= share
    return None
