"""The page's first words: what was made, where the model went, which one is `final` and why, and what is not proven."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from stages.report.environments import PUBLISHERS
from stages.report.material import Material
from stages.report.numbers import count, interval, percent, points, probability, signed_interval
from stages.report.scores import Versus, best_cheap, claims, suites, versus
from stages.report.templating import render

RECONSTRUCTED = ("arm", "dgpo", "tabalign")
"""Methods whose formula could not be read from the paper."""


class Tile(NamedTuple):
    """A number to see first, and what it counts."""

    number: str
    words: str


def section(material: Material) -> Markup:
    """Tiles, sentences and the list of what is not proven."""
    return render("headline", tiles=tiles(material), sentences=list(sentences(material)), limits=list(limits(material)))


def tiles(material: Material) -> list[Tile]:
    """The few numbers that say most, of what there is."""
    found = []
    made = material.metrics("environments")
    if made:
        found += [Tile(count(made["environments"]), "environments from real APIs")]
        found += [Tile(count(made["tools"]), "tools that passed the gate")]
    if material.dialogues:
        whole = material.replayed.dialogues - len(material.replayed.problems)
        found.append(
            Tile(f"{count(whole)} of {count(material.replayed.dialogues)}", "dialogues replayed for this page")
        )
    for name, models in suites(material.metrics("scores")).items():
        best = best_cheap(models)
        if best and "final" in models:
            change = f"{percent(models[best]['score'])} \u2192 {percent(models['final']['score'])}"
            found.append(Tile(change, f"{name}: best cheap baseline to final"))
    return found


def sentences(material: Material) -> Iterator[str]:
    """What happened, in the order it happened, as far as it did."""
    yield from _built(material)
    yield from _dialogues(material)
    yield from _trained(material)
    yield from _scored(material.metrics("scores"))
    choice = material.choice
    if choice:
        candidates = choice["candidates"]
        won = candidates[choice["chosen"]]
        yield (
            f"`final` is `{choice['chosen']}`, {choice['why']} ({percent(won['score'])} of {count(won['n'])} items, "
            f"interval {interval(won['low'], won['high'])})."
        )


def _built(material: Material) -> Iterator[str]:
    made = material.metrics("environments")
    if not made:
        return
    ranked = sorted(made["by_publisher"].items(), key=lambda pair: -pair[1])
    publishers = ", ".join(f"{n} {PUBLISHERS.get(name, name)}" for name, n in ranked)
    uses = made["by_use"]
    mutation = made["mutation"]
    yield (
        f"{count(made['environments'])} tool environments with {count(made['tools'])} tools were compiled from real API "
        f"descriptions ({publishers}); {count(uses.get('train', 0))} serve training, {count(uses.get('evaluation', 0))} "
        f"are held out."
    )
    yield (
        f"Each passed the gate: {count(made['gate_cases'])} cases as an independent oracle foretold them, and "
        f"{count(mutation['killed'])} of {count(mutation['seeded'])} deliberately spoilt programs noticed."
    )


def _dialogues(material: Material) -> Iterator[str]:
    if not material.dialogues:
        return
    splits = Counter(dialogue.split for dialogue in material.dialogues)
    replayed = material.replayed
    yield (
        f"{count(len(material.dialogues))} dialogues were synthesised and executed ({count(splits['train'])} for "
        f"training, {count(splits['dev'])} to choose by, {count(splits['test'])} held-out tasks); while this page was "
        f"written, {count(replayed.dialogues - len(replayed.problems))} of {count(replayed.dialogues)} replayed to the "
        f"same results and the same end state."
    )


def _trained(material: Material) -> Iterator[str]:
    base, sft = material.metrics("base"), material.metrics("sft")
    if sft and "rows" in sft:
        size = f"{base['parameters'] / 1e6:.0f}M-parameter base model" if base else "base model"
        rows = ", ".join(f"{count(n)} {name} rows" for name, n in sft["rows"].items())
        yield f"The {size} was fine-tuned on {rows} in {count(sft['steps'])} steps."


def _scored(metrics: Mapping[str, Any]) -> Iterator[str]:
    for name, models in suites(metrics).items():
        best = best_cheap(models)
        if best is None or "final" not in models:
            continue
        start, end = models[best], models["final"]
        words = (
            f"On {name} ({count(end['n'])} items) it went from {percent(start['score'])} "
            f"({interval(start['low'], start['high'])}; `{best}`, the best cheap baseline) to {percent(end['score'])} "
            f"({interval(end['low'], end['high'])})"
        )
        if gain := versus(models, "final", best):
            words += f": {_gained(gain)}"
        yield words + "."
        alike = versus(models, "final_free", "base")
        if alike:
            yield f"Without a grammar on either side, it gains {_gained(alike)} over `base` on {name}."


def _gained(gain: Versus) -> str:
    words = f"{points(gain.difference)} points ({signed_interval(gain.low, gain.high)}, p {close(probability(gain.p))})"
    return words if gain.clear else f"{words}, which is no clear difference"


def limits(material: Material) -> Iterator[str]:
    """What the page does not prove, and what in it was reconstructed."""
    if material.replayed.problems:
        yield f"Dialogues that do not replay: {'; '.join(material.replayed.problems[:5])}."
    if not material.metrics("sft"):
        yield "No model was trained in this run."
    if not suites(material.metrics("scores")):
        yield "There is no score yet: nothing here shows that a model got better."
    for row in claims(material.metrics("scores").get("claims")):
        if row["held"] is False:
            yield f"Not reached: {row['claim']} ({row['seen']})."
    if material.catalogue:
        yield (
            "Environments are compiled from descriptions. No real service was called: what a service does beyond its "
            "description is not in them. Their start states are invented."
        )
    if material.dialogues:
        wordings = len({turn.template for dialogue in material.dialogues for turn in dialogue.turns})
        yield f"Users' words come from {count(wordings)} templates of a grammar; people may say it in other ways."
    if suites(material.metrics("scores")):
        yield "Intervals speak of other items, not of other training runs: every model was trained once, with one seed."
    used = sorted(set(_methods([part.params for part in material.parts.values()])) & set(RECONSTRUCTED))
    if used:
        yield f"Reconstructed, since the paper's formula could not be read: {', '.join(used)}."
    elif material.metrics("sft"):
        yield "No method of this run had to be reconstructed."


def _methods(value: Any) -> Iterator[str]:
    """Every `method:` that a stage ran with."""
    if isinstance(value, Mapping):
        if isinstance(value.get("method"), str):
            yield value["method"]
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _methods(one)


def close(text: str) -> str:
    """A comparison sign and its number on one line."""
    return text.replace("< ", "<\u202f")
