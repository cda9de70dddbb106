"""The dataset card: `README.md` beside the rows, read by people, by `datasets.load_dataset(FOLDER, CONFIG)` and by hubs.

The front matter names licences, files and their types; the rest counts what was made and says where it came from. Every
number is counted from the rows, the catalogue and the params of this run, so the same run gives the same bytes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from stages.core.engine.joint import parts
from stages.core.lineage import file_hash
from stages.core.params.trajectories import Llm, Params
from stages.core.params.writing import Written
from stages.core.records import Api, CallItem, Dialogue, Environment, Source, content_id
from stages.core.stage import Inputs
from stages.trajectories import features, strings

LICENCES = {
    "apache software license": "apache-2.0",
    "apache-2.0": "apache-2.0",
    "apache 2.0": "apache-2.0",
    "bsd license": "bsd",
    "bsd-2-clause": "bsd-2-clause",
    "bsd-3-clause": "bsd-3-clause",
    "mit": "mit",
    "mit license": "mit",
}
"""What packages say of their licence, in lower case -> a hub's identifier; all else is `other`."""
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10**7, "1M<n<10M"))
WHOLE = "rows"
"""Name of the one split of a file that holds all three: nobody trains on test rows because a reader called them `train`."""


class Made(NamedTuple):
    """What the card speaks of: rows as written, the environments and functions by id, the run's params and inputs."""

    dialogues: Sequence[Dialogue]
    items: Sequence[CallItem]
    environments: Mapping[str, Environment]
    apis: Mapping[str, Api]
    params: Params
    inputs: Inputs


def write(out: Path, made: Made) -> None:
    """Write `README.md` into `out`, where the rows and their `strings` are already."""
    (out / "README.md").write_text(f"---\n{front(out, made)}---\n\n{body(made)}", "utf-8")


def front(out: Path, made: Made) -> str:
    """The front matter as YAML: one configuration a file, and one a kind of `strings` with a file a split."""
    configs: list[dict[str, Any]] = []
    types: list[dict[str, Any]] = []
    for kind, columns in features.STRINGS.items():
        files = [
            {"split": split, "path": f"{strings.FOLDER}/{kind}-{split}.json"}
            for split in strings.SPLITS
            if (out / strings.FOLDER / f"{kind}-{split}.json").is_file()
        ]
        first = {"default": True} if not configs else {}
        configs.append({"config_name": f"{kind}_{strings.FOLDER}", **first, "data_files": files})
        types.append({"config_name": f"{kind}_{strings.FOLDER}", "features": columns})
    for kind, columns in features.OBJECTS.items():
        configs.append({"config_name": kind, "data_files": [{"split": WHOLE, "path": f"{kind}.jsonl"}]})
        types.append({"config_name": kind, "features": columns})
    document = {
        "pretty_name": "Tool dialogues and single calls from API descriptions",
        "license": sorted({LICENCES.get(one.licence.lower(), "other") for one in _sources(made)}),
        "language": ["en"],
        "task_categories": ["text-generation"],
        "tags": ["function-calling", "synthetic", "tool-use"],
        "size_categories": [_size(len(made.dialogues) + len(made.items))],
        "configs": configs,
        "dataset_info": types,
    }
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Shared lists are written out in full: readers of cards know no YAML anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def body(made: Made) -> str:
    """What stands below the front matter, as Markdown."""
    return "\n".join(
        [*_opening(made), *_counts(made), *_origins(made), *_provenance(made), *_use(made), *_limits(made)]
    )


def _opening(made: Made) -> list[str]:
    used = {row.environment for row in made.dialogues}
    functions = {row.parents for row in made.items}
    return [
        "# Tool dialogues and single calls from API descriptions",
        "",
        f"{len(made.dialogues)} dialogues with tools of {len(used)} environments and {len(made.items)} single calls of "
        f"{len(functions)} functions. An environment is compiled from a published API description and executes its tools; "
        "every call of a dialogue was executed, every dialogue was replayed, and every argument is traced to the user's "
        "words or to a result. A single call is not executed: its arguments are traced to the user's words.",
        "",
    ]


def _counts(made: Made) -> list[str]:
    splits = [split for split in strings.SPLITS if any(row.split == split for row in (*made.dialogues, *made.items))]
    turns = {split: [turn for row in made.dialogues if row.split == split for turn in row.turns] for split in splits}
    cases = sorted({turn.case for each in turns.values() for turn in each})
    of = {split: sum(row.split == split for row in made.dialogues) for split in splits}
    single = {split: sum(row.split == split for row in made.items) for split in splits}
    lines = [
        ("dialogues", of),
        ("environments", {s: len({row.environment for row in made.dialogues if row.split == s}) for s in splits}),
        ("users' turns, and rows of `rl`", {s: len(turns[s]) for s in splits}),
        *((f"turns, case `{case}`", {s: sum(t.case == case for t in turns[s]) for s in splits}) for case in cases),
        ("calls in dialogues", {s: sum(len(turn.calls) for turn in turns[s]) for s in splits}),
        ("single calls", single),
        ("rows of `sft`", {s: of[s] + single[s] for s in splits}),
    ]
    rows = [[name, *(counted[s] for s in splits), sum(counted.values())] for name, counted in lines]
    sides = {(row.environment, row.split) for row in made.dialogues}, {(row.parents, row.split) for row in made.items}
    twice = [sum(n > 1 for n in Counter(name for name, _ in pairs).values()) for pairs in sides]
    shared = f"In more than one split: {twice[0]} environments, {twice[1]} functions of single calls."
    return ["## Counts", "", *_table(["", *splits, "all"], rows), shared, ""]


def _origins(made: Made) -> list[str]:
    told = Counter(row.environment for row in made.dialogues)
    of = {row.environment: row.split for row in made.dialogues}
    rows = []
    for name in sorted(told):
        # A join has come from several documents.
        for part in parts(name):
            one = made.environments[part]
            source = one.source
            rows.append(
                [name, one.title, one.publisher, of[name], told[name], _package(source), source.path, source.licence]
            )
    asked = Counter(_api(row, made.apis) for row in made.items)
    called = [
        [name, count, _package(made.apis[name].source), made.apis[name].source.path, made.apis[name].source.licence]
        for name, count in sorted(asked.items())
    ]
    return [
        "## Where it comes from",
        "",
        "Names, descriptions and schemas of tools are the publishers', under the licence of the package or file that they were "
        "read from. Rows, values and words are made up; no person and no service stands behind them.",
        "",
        "Environments:",
        "",
        *_table(["id", "API", "publisher", "split", "dialogues", "package", "document", "licence"], rows),
        "Functions of single calls:",
        "",
        *_table(["API or package", "rows", "package", "path", "licence"], called),
    ]


def _provenance(made: Made) -> list[str]:
    settings = made.params.model_dump(mode="json")
    stands = {word: folder / "manifest.json" for word, folder in made.inputs.items()}
    hashes = [[f"`{word}`", f"`{file_hash(path)}`"] for word, path in sorted(stands.items()) if path.is_file()]
    return [
        "## Provenance",
        "",
        f"Params: `{content_id('params', settings)}`, seed {made.params.seed}; all of them are in `manifest.json` with the "
        "sha256 of every file here. `id` of a row hashes its content; `parents` are the ids of what it was made of, and "
        "`index.parquet` says where each row stands. The artefacts read, by the sha256 of their `manifest.json`:",
        "",
        *_table(["artefact", "sha256"], hashes),
    ]


def _use(made: Made) -> list[str]:
    return [
        "## How to read it",
        "",
        "```python",
        'rows = datasets.load_dataset(FOLDER, "sft_strings", split="train", streaming=True)',
        "```",
        "",
        f"`sft_{strings.FOLDER}` and `rl_{strings.FOLDER}` hold `tools` and each call's `arguments` as JSON texts, in a file a "
        f"split; `stages.trajectories.{strings.FOLDER}.decoded(row)` makes objects of them and drops the nulls of messages "
        "without a name or calls. The other configurations are whole files whose columns are JSON objects; each has one split "
        f"named `{WHOLE}`, and the column `split` (`train`, `dev`, `test`) tells the sides apart. `weight` 0 marks a message "
        "that is not to be taught.",
        "",
        "## How to verify it",
        "",
        "```",
        "python -m stages.trajectories.replay FOLDER CATALOGUE    # CATALOGUE: the artefact `environments`",
        "```",
        "",
        f"It executes every reference call again, in fresh processes that know nothing but the rows and the catalogue, and "
        f"ends with `replayed {len(made.dialogues)} of {len(made.dialogues)}`. Rewards are computed by the same engine.",
        "",
    ]


def _limits(made: Made) -> list[str]:
    params = made.params
    turns = [turn for row in made.dialogues for turn in row.turns]
    wordings = len({turn.template.removesuffix("/llm") for turn in turns})
    spoken = sum(turn.template.endswith("/llm") for turn in turns)
    hard = sum(turn.case != "plain" for turn in turns)
    match params.author:
        case Llm(engine=engine):
            whose = getattr(engine, "model", "local")
            told = f"{spoken} of {len(turns)} users' turns are in an LLM's words (`{whose}`)"
        case Written(writer=writer):
            told = f"Dialogues and users' words are an LLM's (`{getattr(writer.engine, 'model', 'local')}`)"
        case _:
            told = f"Users' words are a grammar's: {wordings} wordings for {len(turns)} turns"
    return [
        "## Known limits",
        "",
        f"- {told}; English only. The variety measured is in `metrics.json`.",
        f"- {hard} of {len(turns)} turns are hard cases (a value or a function is missing, a rule forbids it, a call fails, "
        "nothing is to be called, several calls stand in one message).",
        f"- A dialogue shows at most {params.tools} tools of {params.schema_tokens} tokens together, results of at most "
        f"{params.result_tokens} tokens and calls of {params.call_tokens}: real APIs answer at greater length.",
        "- Environments keep state as the description implies it. Limits, permissions and side effects that it does not tell "
        "are not there, and ids are short.",
        "- The JSON decoder of `datasets` may change the last bit of a number in an object; the texts of "
        f"`sft_{strings.FOLDER}` and `rl_{strings.FOLDER}` are exact.",
        "",
    ]


def _sources(made: Made) -> list[Source]:
    told = {part for row in made.dialogues for part in parts(row.environment)}
    asked = {_api(row, made.apis) for row in made.items}
    return [*(made.environments[name].source for name in told), *(made.apis[name].source for name in asked)]


def _api(row: CallItem, apis: Mapping[str, Api]) -> str:
    """The API whose function a single call asks for: a parent is `API/OPERATION`."""
    return next(name for name in (parent.partition("/")[0] for parent in row.parents) if name in apis)


def _package(source: Source) -> str:
    return f"{source.package} {source.version}".strip()


def _size(rows: int) -> str:
    return next((name for below, name in SIZES if rows < below), "n>10M")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table and an empty line; a bar or a line break in a text cannot end its cell."""
    shown = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [list(head), ["---"] * len(head), *shown]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]
