"""Dialogues and single calls from chains, environments and described functions, proved and written as rows."""

import json
import os
from collections import Counter as Tally
from pathlib import Path

from stages.core import jsonl, seeds
from stages.core.engine import Runtime
from stages.core.engine.catalogue import Entry, load
from stages.core.errors import UserError
from stages.core.params.trajectories import Llm, Params
from stages.core.progress import bar
from stages.core.records import Api, Dialogue, Rejected, Scenario, Split
from stages.core.stage import Inputs, Summary
from stages.trajectories import measures, rows, tokens
from stages.trajectories.author import reword
from stages.trajectories.hard import harden
from stages.trajectories.single_calls import single_calls
from stages.trajectories.synthesis import Budgets, Synthesis, Uses

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
Chains = dict[str, list[tuple[str, list[str]]]]
MISSES = 6
"""Attempts a wanted dialogue, before an environment is left with fewer."""


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Write dialogues.jsonl, calls.jsonl, sft.jsonl and rl.jsonl; llm.jsonl too where an LLM words the turns.

    Raises UserError when a split stays empty, or when the LLM cannot be asked.
    """
    catalogue = load(inputs["environments"])
    count = tokens.from_model(inputs["base"] / "model")
    chains = read_chains(inputs["toolgraph"] / "chains.jsonl")
    environments = {key: entry.environment for key, entry in catalogue.items()}
    made: list[Dialogue] = []
    rejected: list[Rejected] = []
    refused: Tally = Tally()
    shares = sides(catalogue, params)
    wishes: tuple[tuple[Split, int], ...] = (
        ("train", params.train_dialogues),
        ("dev", params.dev_dialogues),
        ("test", params.test_dialogues),
    )
    for split, wanted in wishes:
        found, bad, why = _split(catalogue, shares[split], chains, split, wanted, params, count)
        if wanted and not found:
            raise UserError(str(inputs["environments"]), f"no dialogue could be made for {split}: {dict(why)}")
        made, rejected, refused = made + found, rejected + bad, refused + why
    written, spent = {}, {}
    if isinstance(params.author, Llm):
        runtimes = {key: Runtime(environments[key]) for key in {row.environment for row in made}}
        base, export = inputs["base"] / "model", out / "llm.jsonl"
        made, counts, spent = reword(made, runtimes, params.author, base, seed=params.seed, export=export)
        written = {"author": counts}
    items, unspoken = single_calls(list(jsonl.read(inputs["sources"] / "breadth.jsonl", Api)), params, count)
    if not items:
        raise UserError(str(inputs["sources"] / "breadth.jsonl"), "no function reads like a person's request")
    jsonl.write(out / "dialogues.jsonl", made)
    jsonl.write(out / "calls.jsonl", items)
    jsonl.write(
        out / "sft.jsonl",
        [*(rows.sft_dialogue(row, environments[row.environment]) for row in made), *map(rows.sft_call, items)],
    )
    jsonl.write(out / "rl.jsonl", [line for row in made for line in rows.rl_rows(row, environments[row.environment])])
    metrics = {
        "all": measures.dialogues(made, environments),
        **{s: measures.dialogues([r for r in made if r.split == s], environments) for s in ("train", "dev", "test")},
        "calls": measures.calls(items),
        "calls_unspoken": unspoken,
        "turns_refused": dict(sorted(refused.items())),
        "rejected": dict(sorted(Tally(row.reason for row in rejected).items())),
        **written,
    }
    return Summary(metrics, rejected, spent)


def read_chains(path: Path) -> Chains:
    """Environment -> (chain id, its tools). Raises UserError for a line that is not a chain."""
    chains: Chains = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines() if path.is_file() else [], 1):
        try:
            row = json.loads(line)
            names = [tool if isinstance(tool, str) else tool["tool"] for tool in row["tools"]]
            names = [name.rpartition("/")[2] for name in names]
            chains.setdefault(row["environment"], []).append((row["id"], names))
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path}:{number}", f"not a chain: {error}") from None
    return chains


def sides(catalogue: dict[str, Entry], params: Params) -> dict[Split, list[str]]:
    """Environments of each split; none stands in two. Raises UserError for a dev environment that is not for training."""
    training = [key for key, entry in catalogue.items() if entry.environment.use == "train"]
    testing = [key for key, entry in catalogue.items() if entry.environment.use == "evaluation"]
    wrong = sorted(set(params.dev_environments) - set(training))
    if wrong:
        raise UserError(
            f"params.yaml: trajectories.dev_environments: {wrong[0]}", "no environment of the training side"
        )
    train = sorted(set(training) - set(params.dev_environments))
    if not train:
        raise UserError("params.yaml: trajectories.dev_environments", "nothing is left to train on")
    return {"train": train, "dev": sorted(params.dev_environments), "test": testing}


def starts(entry: Entry) -> list[Scenario]:
    """Start states with something in them to talk about; states at a boundary serve the gate."""
    return [one for one in entry.scenarios if one.expect == "load" and one.complexity != "boundary"]


def _split(
    catalogue: dict[str, Entry],
    names: list[str],
    chains: Chains,
    split: Split,
    wanted: int,
    params: Params,
    count: tokens.Counter,
) -> tuple[list[Dialogue], list[Rejected], Tally]:
    """The dialogues of a split, an equal share of each environment; what some cannot give, the others add."""
    uses = Uses()
    budgets = Budgets(params.tools, params.schema_tokens, params.result_tokens, params.call_tokens)
    makers = {
        name: Synthesis(
            Runtime(catalogue[name].environment),
            starts(catalogue[name]),
            split,
            uses,
            budgets,
            count,
        )
        for name in names
    }
    found: list[Dialogue] = []
    rejected: list[Rejected] = []
    misses: Tally = Tally()
    tries: Tally = Tally()
    progress = bar("trajectories", f"{split} dialogues", wanted, "dialogue")
    while len(found) < wanted:
        open_names = [name for name in names if misses[name] < MISSES]
        if not open_names:
            break
        for name in open_names[: wanted - len(found)]:
            maker, number = makers[name], tries[name]
            tries[name] += 1
            rng = seeds.generator(params.seed, "dialogue", split, name, number)
            scenarios = starts(catalogue[name])
            mine = chains.get(name, [])
            chain = mine[number % len(mine)] if mine else ("", [])
            turns = rng.choice((1, 1, 2)) if split != "train" else rng.choice((2, params.max_turns))
            parents = (chain[0],) if chain[0] else ()
            made = maker.dialogue(scenarios[number % len(scenarios)], chain[1], turns, parents, rng)
            if isinstance(made, Rejected):
                rejected.append(made)
                misses[name] += 1
            else:
                cases = seeds.generator(params.seed, "hard", split, name, number)
                found.append(harden(maker.runtime, made, params.hard, cases))
                misses[name] = 0
                progress.update(1)
    progress.close()
    why: Tally = sum((maker.refused for maker in makers.values()), Tally())
    return found, rejected, why
