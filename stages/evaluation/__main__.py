"""`python -m stages.evaluation <model>`: one of params.yaml's `evaluation.models`; the artefact is data/evaluation/<model>."""

import sys
from typing import cast

from stages.core.errors import UserError
from stages.core.params import load
from stages.core.params.evaluation import Params
from stages.core.stage import execute
from stages.evaluation.run import inputs, only, run


def main(name: str) -> int:
    """Evaluate one model; 2 for a user's mistake, which is told in one line."""
    try:
        params = only(cast(Params, load("evaluation")), name)
        execute("evaluation", params, run, inputs(params), item=name)
    except UserError as error:
        print(f"evaluation: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
