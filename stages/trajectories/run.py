"""Dialogues and single calls from chains, environments and described functions, proved and written as rows."""

import json
import os
from collections import Counter as Tally
from pathlib import Path

from stages.core import jsonl, seeds
from stages.core.engine import Runtime
from stages.core.engine.catalogue import Entry, load, with_joins
from stages.core.errors import UserError
from stages.core.models.embed import MODEL, embed
from stages.core.params.trajectories import Llm, Params
from stages.core.params.writing import Written
from stages.core.records import Api, Split
from stages.core.stage import Inputs, Summary
from stages.trajectories import card, duplicates, joining, measures, rows, strings, tokens
from stages.trajectories.author import reword
from stages.trajectories.histograms import histograms
from stages.trajectories.making import Chain, Wish, make, starts
from stages.trajectories.single_calls import single_calls
from stages.trajectories.variety import variety
from stages.trajectories.writing.write import dialogues

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
Chains = dict[str, list[Chain]]


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Write dialogues, calls, sft and rl as .jsonl, strings/ and README.md; llm.jsonl too where an LLM words the turns.

    With an author that writes the dialogues there is written.jsonl as well: how each turn came about.

    Raises UserError when a split stays empty, or when the LLM cannot be asked.
    """
    catalogue = load(inputs["environments"])
    shares = sides(catalogue, params)
    joint = joining.read(inputs["toolgraph"] / "joint_chains.jsonl")
    for split, names in list(shares.items()):
        # Each split's environments among themselves: a join never crosses a side.
        rng = seeds.generator(params.seed, "pairs", split)
        shares[split] = names + joining.pairs({name: catalogue[name] for name in names}, joint, rng, params.pairs)
    catalogue = with_joins(catalogue, [name for names in shares.values() for name in names])
    count = tokens.from_model(inputs["base"] / "model")
    chains = joining.chains(read_chains(inputs["toolgraph"] / "chains.jsonl"), joint, catalogue)
    environments = {key: entry.environment for key, entry in catalogue.items()}
    wishes = (
        Wish("train", params.train_dialogues, shares["train"]),
        Wish("dev", params.dev_dialogues, shares["dev"]),
        Wish("test", params.test_dialogues, shares["test"]),
    )
    model, written, spent = inputs["base"] / "model", {}, {}
    if isinstance(params.author, Written):
        made, rejected, refused, counts, spent = dialogues(
            params,
            params.author,
            wishes,
            {key: Runtime(environment) for key, environment in environments.items()},
            {key: starts(entry) for key, entry in catalogue.items()},
            chains,
            count,
            model,
            out,
        )
        written = {"author": counts}
    else:
        resume, workers = out.parent / "resume", os.cpu_count() or 1
        made, rejected, refused = make(wishes, catalogue, chains, params, model, resume, workers)
        for wish in wishes:
            if wish.wanted and not any(row.split == wish.split for row in made):
                why = f"no dialogue could be made for {wish.split}: {dict(refused)}"
                raise UserError(str(inputs["environments"]), why)
    if isinstance(params.author, Llm):
        runtimes = {key: Runtime(environments[key]) for key in {row.environment for row in made}}
        base, export = inputs["base"] / "model", out / "llm.jsonl"
        made, counts, spent = reword(made, runtimes, params.author, base, seed=params.seed, export=export)
        written = {"author": counts}
    made, alike, near = duplicates.remove(made, environments, params.near, lambda texts: embed(texts, MODEL))
    rejected += alike
    apis = {api.id: api for api in jsonl.read(inputs["sources"] / "breadth.jsonl", Api)}
    items, unspoken = single_calls(list(apis.values()), params, count)
    if not items:
        raise UserError(str(inputs["sources"] / "breadth.jsonl"), "no function reads like a person's request")
    sft = [*(rows.sft_dialogue(row, environments[row.environment]) for row in made), *map(rows.sft_call, items)]
    rl = [line for row in made for line in rows.rl_rows(row, environments[row.environment])]
    for name, records in (("dialogues", made), ("calls", items), ("sft", sft), ("rl", rl)):
        jsonl.write(out / f"{name}.jsonl", records)
    strings.write(out, sft, rl)
    card.write(out, card.Made(made, items, environments, apis, params, inputs))
    metrics = {
        "all": measures.dialogues(made, environments),
        **{s: measures.dialogues([r for r in made if r.split == s], environments) for s in ("train", "dev", "test")},
        "calls": measures.calls(items),
        "calls_unspoken": unspoken,
        "turns_refused": dict(sorted(refused.items())),
        "rejected": dict(sorted(Tally(row.reason for row in rejected).items())),
        "near_duplicates": near,
        "variety": variety(
            [row for row in made if row.split == "train"], environments, seeds.generator(params.seed, "variety")
        ),
        "histograms": {s: histograms([row for row in made if row.split == s]) for s in ("train", "dev", "test")},
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
