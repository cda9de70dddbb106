"""How long dialogues are, as whole distributions and not only means: for the metrics and the report's plots."""

from collections import Counter
from collections.abc import Iterable, Sequence

from stages.core.records import Dialogue


def histograms(dialogues: Sequence[Dialogue]) -> dict[str, dict[str, int]]:
    """Counts by whole number, as text: `turns` and `calls` a dialogue, `calls_a_turn`."""
    return {
        "turns": _counted(len(row.turns) for row in dialogues),
        "calls": _counted(sum(len(turn.calls) for turn in row.turns) for row in dialogues),
        "calls_a_turn": _counted(len(turn.calls) for row in dialogues for turn in row.turns),
    }


def _counted(values: Iterable[int]) -> dict[str, int]:
    """JSON has no other keys than text; two digits so that sorted keys are in order."""
    return {f"{value:02d}": count for value, count in sorted(Counter(values).items())}
