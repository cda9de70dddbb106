"""Run the stale part of the graph through Prefect: `python -m flows.pipeline [target]`.

The target is `report`, the last stage, unless one is named.

dvc.yaml is the one truth about the graph; each stage runs as `dvc repro --single-item`, independent ones side by side
within `execution.slots`. DVC is asked first whether anything is stale: if not, nothing is started at all.
"""

import sys
import time
from pathlib import Path

from flows import graph, ledger, server, tracking
from stages.core.errors import UserError
from stages.core.params import load
from stages.core.params.execution import Params

LOGS = Path(".runs/logs")


def main(target: str) -> int:
    """Bring `target` up to date. Returns the exit code: 0 done, 1 a stage failed, 2 a user's mistake."""
    try:
        execution = load("execution")
        assert isinstance(execution, Params)
        changed = tracking.stale(target)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    if not changed:
        print(f"{target} is up to date: nothing to do")
        return 0
    parents = graph.edges(tracking.stages())
    wanted = graph.upstream(parents, target)
    todo = graph.downstream(parents, changed & wanted) & wanted
    with server.running(execution.server_timeout) as address:
        from flows.run import pipeline  # Prefect reads its settings when imported: the server's address comes first

        print(f"{len(todo)} of {len(wanted)} stages to look at; Prefect at {address}", flush=True)
        try:
            pipeline(target, {name: sorted(parents[name]) for name in wanted}, sorted(todo), execution)
        except tracking.StageFailed as error:
            log = LOGS / f"{error.name}.log"
            lines = log.read_text("utf-8", "replace").strip().splitlines()
            said = [line for line in lines if line.startswith(f"{error.name.split('@')[0]}: ")] or lines[-15:]
            print("\n".join(said), file=sys.stderr)
            print(f"{error}; the whole log is {log}", file=sys.stderr)
            return 2 if len(said) == 1 else 1
    return 0


def progress(parents: dict[str, set[str]], todo: set[str], running: dict[str, float], slots: int) -> str:
    """One line: what runs, for how long, and how long yet."""
    now = time.monotonic()
    expected = ledger.expected()
    left = {name: expected.get(name, 60.0) for name in todo}
    for name, since in running.items():
        left[name] = max(left.get(name, 60.0) - (now - since), 5.0)
    minutes = graph.remaining(parents, todo, left, slots) / 60
    names = ", ".join(f"{name} {now - since:.0f} s" for name, since in sorted(running.items()))
    return f"running {names or 'nothing'}; {len(todo) - len(running)} wait; about {minutes:.0f} min left"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "report"))
