"""`python -m stages.core.llm data/trajectories/llm.jsonl ...`: take exported answers into the cache, as in a fresh clone."""

import sys
from pathlib import Path

from stages.core.errors import UserError
from stages.core.llm.asking import PLACE
from stages.core.llm.cache import Cache


def main(paths: list[str]) -> int:
    """Refill the cache from each file. Returns the exit code: 2 with one line for a user's mistake."""
    try:
        if not paths:
            raise UserError("llm", "name at least one exported llm.jsonl")
        with Cache(PLACE) as cache:
            for path in paths:
                print(f"{path}: {cache.refill(Path(path))} answers")
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
