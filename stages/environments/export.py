"""Environments for another trainer: `python -m stages.environments.export --to trl google-tasks-v1 --out FOLDER`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from stages.core.errors import UserError
from stages.environments.exports import openenv, package, trl

MODULES = Path(__file__).with_name("exports")
REFUSE = {"trl": trl.refuse, "openenv": openenv.refuse}
"""What a trainer cannot carry. Verifiers' tools travel over MCP with their own schemas: nothing has to be refused."""
TRAINERS = ("trl", "verifiers", "openenv")


def main(words: Sequence[str] | None = None) -> int:
    """The command. Returns 2 for a user's mistake."""
    parser = argparse.ArgumentParser(prog="python -m stages.environments.export")
    parser.add_argument("ids", nargs="+", help="environments: the names of their folders")
    parser.add_argument("--to", choices=TRAINERS, required=True, help="the trainer")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument("--environments", type=Path, default=Path("data/environments"), help="where they lie")
    parser.add_argument("--trajectories", type=Path, default=Path("data/trajectories"), help="where their tasks lie")
    given = parser.parse_args(words)
    try:
        found = package.entries(given.environments, given.ids)
        if given.to in REFUSE:
            REFUSE[given.to](found)
        told = package.tasks(given.trajectories, found)
        count = package.write(given.out, given.environments, found, told, MODULES / f"finery_{given.to}.py")
        if given.to == "openenv":
            openenv.manifest(given.out, found, count)
    except UserError as error:
        print(f"export: {error}", file=sys.stderr)
        return 2
    print(f"export: {len(found)} environments and {count} tasks in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
