"""`python -m stages.core.engine.classes.replay`: BFCL's 800 solved dialogues, played in the limited process.

Each is played twice on fresh objects: no call may err, both must end in the same digest. As controls the 200 base
dialogues are played without their first call, and with all their calls in a drawn order.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from stages.core.engine.classes.bfcl import CATEGORIES, Call, Solved, dialogues, host
from stages.core.engine.classes.host import Host
from stages.core.errors import UserError
from stages.core.seeds import generator

PACKAGES = Path(".packages")


def played(desk: Host, dialogue: Solved, calls: Iterable[Call]) -> tuple[int, str]:
    """(calls that erred, end digest) of the calls on a fresh session."""
    session = desk.open(dialogue.classes, dialogue.config, long_context=dialogue.long_context)
    erred = sum(not session.call(*call).ok for call in calls)
    digest = session.digest()
    session.close()
    return erred, digest


def gold(dialogue: Solved) -> list[Call]:
    """All gold calls in order."""
    return [call for turn in dialogue.turns for call in turn]


def shuffled(dialogue: Solved, seed: int) -> list[Call]:
    """The gold calls in an order drawn by seed and dialogue."""
    calls = gold(dialogue)
    generator(seed, "bfcl", "shuffled", dialogue.id).shuffle(calls)
    return calls


def main(packages: Path = PACKAGES) -> int:
    """Play them all; exit code 1 if one dialogue errs or ends in two ways, 2 for a user's mistake."""
    right = total = 0
    try:
        with host(packages) as desk:
            for category in CATEGORIES:
                for dialogue in dialogues(packages, category):
                    ends = [played(desk, dialogue, gold(dialogue)) for _ in range(2)]
                    total += 1
                    right += ends[0] == ends[1] and ends[0][0] == 0
            base = list(dialogues(packages, "base"))
            without = sum(played(desk, one, gold(one)[1:])[0] > 0 for one in base)
            other = sum(played(desk, one, shuffled(one, 1))[0] > 0 for one in base)
    except UserError as error:
        print(f"classes: {error}", file=sys.stderr)
        return 2
    print(f"without the first call {without} of {len(base)} err, shuffled {other}")
    print(f"replayed {right} of {total}")
    return 0 if right == total else 1


if __name__ == "__main__":
    sys.exit(main())
