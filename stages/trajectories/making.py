"""All dialogues of a stage: each environment makes its share by itself, in worker processes, in rounds.

A share depends on its environment, its seed and how many it is to make, never on other environments or on who works
it out, so the bytes are the same whatever the number of workers. What some environments cannot give, or what another
one has said already, the next round asks of those that have more. A finished share is kept until the stage ends, so a
run that was killed goes on where it stood.
"""

from collections import Counter as Tally
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from stages.core import jsonl, seeds
from stages.core.engine import Runtime
from stages.core.engine.catalogue import Entry
from stages.core.engine.joint import parts
from stages.core.params.trajectories import Params
from stages.core.progress import track
from stages.core.records import Dialogue, Record, Rejected, Scenario, Split
from stages.trajectories import tokens
from stages.trajectories.expansion import expand
from stages.trajectories.hard import harden
from stages.trajectories.planner import plan
from stages.trajectories.refine import refine
from stages.trajectories.synthesis import Budgets, Synthesis, Uses, said
from stages.trajectories.ways import Caps

Chain = tuple[str, list[str]]
"""A chain's id (those of several, with spaces between them) and its tools."""
MISSES = 6
"""Attempts a wanted dialogue, before an environment is left with fewer."""
FEW = 100
"""Below so many dialogues the processes cost more time than they save."""


class Wish(NamedTuple):
    """How many dialogues of one split its environments are to make between them."""

    split: Split
    wanted: int
    environments: Sequence[str]


class Share(NamedTuple):
    """One environment's work in one round. `first` is the number of its first try, which seeds it."""

    split: Split
    environment: str
    wanted: int
    first: int


class Part(Record):
    """What a share came to."""

    dialogues: tuple[Dialogue, ...]
    rejected: tuple[Rejected, ...]
    refused: dict[str, int]
    """Turns that could not be worked out, by reason."""
    tries: int
    spent: bool
    """Nothing more is to be had of this environment."""
    tools: dict[str, int]
    templates: dict[str, int]
    """How often each tool and wording has been used by the end."""


class Made(NamedTuple):
    """Everything, in the order of the wishes, of their environments, and of the tries."""

    dialogues: list[Dialogue]
    rejected: list[Rejected]
    refused: Tally[str]


def make(
    wishes: Sequence[Wish],
    catalogue: Mapping[str, Entry],
    chains: Mapping[str, list[Chain]],
    params: Params,
    model: Path,
    resume: Path,
    workers: int,
) -> Made:
    """Make all wishes come true as far as the environments go.

    Args:
        wishes: one a split.
        catalogue: every environment that they name.
        chains: by environment.
        params: of the stage.
        model: a model folder, whose tokenizer counts.
        resume: a folder that outlives a killed run with the same params, inputs and code.
        workers: processes; they change no bytes. Few dialogues are made here.
    """
    resume.mkdir(exist_ok=True)
    processes = workers if sum(wish.wanted for wish in wishes) >= FEW else 1
    pool = Parallel(n_jobs=processes, return_as="generator")
    done: dict[tuple[Split, str], list[Part]] = {(w.split, name): [] for w in wishes for name in w.environments}
    heard: dict[Split, set[str]] = {wish.split: set() for wish in wishes}
    found: dict[tuple[Split, str], list[Dialogue]] = {key: [] for key in done}
    twice: list[Rejected] = []
    spent: set[tuple[Split, str]] = set()
    while shares := [share for wish in wishes for share in _shares(wish, done, found, spent)]:
        jobs = (
            delayed(_once)(
                share,
                catalogue[share.environment],
                chains.get(share.environment, []),
                params,
                model,
                resume,
                done[share.split, share.environment][-1:],
                owners(catalogue, share.environment),
            )
            for share in shares
        )
        rows: Iterator[Part] = pool(jobs)  # pyright: ignore[reportAssignmentType]
        made = track(rows, "trajectories", "dialogues", total=len(shares), unit="environment")
        for share, part in zip(shares, made, strict=True):
            key = share.split, share.environment
            done[key].append(part)
            before = len(found[key])
            for dialogue in part.dialogues:
                words = said(dialogue.turns)
                if words in heard[share.split]:
                    twice.append(Rejected(id=dialogue.id, reason="duplicate", detail="another dialogue says the same"))
                    continue
                heard[share.split].add(words)
                found[key].append(dialogue)
            # One that only repeats what it said in an earlier round has no more to say.
            if part.spent or len(found[key]) == before:
                spent.add(key)
    if processes > 1:
        get_reusable_executor().shutdown(wait=True)  # a worker's CPU seconds count as ours once it has ended
    every = [part for some in done.values() for part in some]
    rejected = [row for part in every for row in part.rejected] + twice
    return Made([d for some in found.values() for d in some], rejected, sum((Tally(p.refused) for p in every), Tally()))


def _shares(
    wish: Wish,
    done: Mapping[tuple[Split, str], list[Part]],
    found: Mapping[tuple[Split, str], list[Dialogue]],
    spent: set[tuple[Split, str]],
) -> list[Share]:
    """What is missing, spread evenly over the environments that have more to give."""
    short = wish.wanted - sum(len(found[wish.split, name]) for name in wish.environments)
    able = [name for name in wish.environments if (wish.split, name) not in spent]
    if short <= 0 or not able:
        return []
    each, more = divmod(short, len(able))
    shares = []
    for place, name in enumerate(able):
        wanted, first = each + (place < more), sum(part.tries for part in done[wish.split, name])
        if wanted:
            shares.append(Share(wish.split, name, wanted, first))
    return shares


def _once(
    share: Share,
    entry: Entry,
    chains: list[Chain],
    params: Params,
    model: Path,
    resume: Path,
    before: list[Part],
    owner: Mapping[str, str],
) -> Part:
    """The share as an earlier, killed run left it, else made now and left for a later one."""
    place = resume / f"{share.split}-{share.environment}-{share.first}-{share.wanted}.jsonl"
    if place.is_file():
        return next(jsonl.read(place, Part))
    part = work(share, entry, chains, params, counter(model), before[0] if before else None, owner)
    jsonl.write(place, [part])
    return part


@lru_cache(maxsize=1)
def counter(model: Path) -> tokens.Counter:
    """The model's token counter, read once a process."""
    return tokens.from_model(model)


def work(
    share: Share,
    entry: Entry,
    chains: list[Chain],
    params: Params,
    count: tokens.Counter,
    before: Part | None,
    owner: Mapping[str, str],
) -> Part:
    """Make one share.

    Args:
        share: how much of what.
        entry: the environment.
        chains: its chains, taken in turn.
        params: of the stage.
        count: tokens of a text.
        before: the environment's last part, whose tools and wordings now come last.
        owner: table -> environment; a dialogue over several must use more than one of them.
    """
    uses = Uses(Tally(before.tools), Tally(before.templates)) if before else Uses()
    budgets = Budgets(params.tools, params.schema_tokens, params.result_tokens, params.call_tokens)
    scenarios = starts(entry)
    maker = Synthesis(Runtime(entry.environment), scenarios, share.split, uses, budgets, count)
    found: list[Dialogue] = []
    rejected: list[Rejected] = []
    misses, number = 0, share.first
    while scenarios and len(found) < share.wanted and misses < MISSES:
        rng = seeds.generator(params.seed, "dialogue", share.split, share.environment, number)
        chain = chains[number % len(chains)] if chains else ("", [])
        turns = rng.choice((1, 1, 2)) if share.split != "train" else rng.randint(params.min_turns, params.max_turns)
        parents = tuple(chain[0].split())
        made = maker.dialogue(scenarios[number % len(scenarios)], chain[1], turns, parents, rng)
        if isinstance(made, Dialogue):
            made = finished(maker.runtime, made, params, number)
        if isinstance(made, Dialogue) and len(set(owner.values())) > 1 and len(used(made, entry, owner)) < 2:
            made = Rejected(id=made.id, reason="one_environment", detail="no call in the other one")
        if isinstance(made, Rejected):
            rejected.append(made)
            misses += 1
        else:
            found.append(made)
            misses = 0
        number += 1
    return Part(
        dialogues=tuple(found),
        rejected=tuple(rejected),
        refused=dict(maker.refused),
        tries=number - share.first,
        spent=len(found) < share.wanted,
        tools=dict(uses.tools),
        templates=dict(uses.templates),
    )


def owners(catalogue: Mapping[str, Entry], name: str) -> dict[str, str]:
    """Which environment each table of a join has come from."""
    return {table.name: part for part in parts(name) for table in catalogue[part].environment.tables}


def used(dialogue: Dialogue, entry: Entry, owner: Mapping[str, str]) -> set[str]:
    """The environments in which a dialogue makes calls."""
    return {owner[entry.environment.tool(call.tool).table] for turn in dialogue.turns for call in turn.calls}


def finished(runtime: Runtime, dialogue: Dialogue, params: Params, number: int) -> Dialogue | Rejected:
    """The dialogue refined, made hard and planned as the params want it; `number` of its try seeds what is drawn."""
    place = dialogue.split, dialogue.environment, number
    dialogue = refine(runtime, dialogue, params.refine, seeds.generator(params.seed, "refine", *place))
    dialogue = harden(runtime, dialogue, params.hard, seeds.generator(params.seed, "hard", *place))
    planned = plan(runtime, dialogue, Caps(params.planner.calls, params.planner.states))
    if isinstance(planned, Rejected):
        return planned
    # After planning: the ways of joined requests are the ways of each, and a search over both would take far longer.
    return expand(runtime, planned, params.refine, seeds.generator(params.seed, "expand", *place))


def starts(entry: Entry) -> list[Scenario]:
    """Start states with something in them to talk about; states at a boundary serve the gate."""
    return [one for one in entry.scenarios if one.expect == "load" and one.complexity != "boundary"]
