"""`python -m stages.scores`: which evaluations it reads is said in its own params, so they are read first."""

import sys
from typing import cast

from stages.core.errors import UserError
from stages.core.params import load
from stages.core.params.scores import Params
from stages.core.stage import execute
from stages.scores.run import inputs, run


def main() -> int:
    """Compare the evaluated models; 2 for a user's mistake, which is told in one line."""
    try:
        params = cast(Params, load("scores"))
        execute("scores", params, run, inputs(params))
    except UserError as error:
        print(f"scores: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
