"""Execute every dialogue once more, so that the page states what it has seen and not what it was told."""

from collections.abc import Iterable, Mapping

from stages.core import replay as core
from stages.core.engine import Runtime, ScenarioRefused
from stages.core.engine.catalogue import Entry, entry
from stages.core.records import Dialogue
from stages.report.material import Replayed


def replay(catalogue: Mapping[str, Entry], dialogues: Iterable[Dialogue]) -> Replayed:
    """Replay each dialogue's reference calls from its own start state and compare results and digests."""
    runtimes: dict[str, Runtime] = {}
    problems: list[str] = []
    total = 0
    for dialogue in dialogues:
        total += 1
        name = dialogue.environment
        try:
            runtime = runtimes.get(name) or runtimes.setdefault(name, Runtime(entry(catalogue, name).environment))
        except KeyError as missing:
            problems.append(f"{dialogue.id}: there is no environment {missing.args[0]}")
            continue
        if problem := _differs(runtime, dialogue):
            problems.append(f"{dialogue.id}: {problem}")
    return Replayed(total, tuple(problems))


def _differs(runtime: Runtime, dialogue: Dialogue) -> str | None:
    try:
        return core.replay(runtime, dialogue)
    except ScenarioRefused as error:
        return f"its start state does not load: {error}"
