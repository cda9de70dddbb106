"""Every API that two packages describe, made an environment: `python -m flows.catalogue`.

`sources` and `environments` run with profiles/catalogue.yaml over params.yaml, in a project of its own under
.cache/catalogue; the environments are in its data/environments, why each API is there in its data/sources. What was
built before and has not changed is taken as it is, so a killed run goes on and a changed API is built alone. Its
gallery.html shows them all.
"""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

import yaml

from flows import profile
from flows.project import share, stage
from stages.core.errors import UserError

PROJECT = Path(".cache/catalogue")
STAGES = ("sources", "environments")


def main(root: Path, most: int | None) -> int:
    """Build, then print the figures. Returns the exit code: 2 for a user's mistake.

    Args:
        root: the project.
        most: a sample: so many APIs explored at most, without a least number of environments; None: all.
    """
    started = time.time()
    project = root / PROJECT
    try:
        lay_out(root, project, most)
    except UserError as error:
        print(f"catalogue: {error}", file=sys.stderr)
        return 2
    for word in STAGES:
        if code := stage(root, project, f"stages.{word}"):
            return code
    gallery = ("stages.report.gallery", "data/environments", "data/sources", "--out", "gallery.html")
    if code := stage(root, project, *gallery):
        return code
    print(line(project, time.time() - started))
    return 0


def lay_out(root: Path, project: Path, most: int | None) -> None:
    """The project's params: the root's with the profile over them. Raises UserError."""
    share(root, project)
    params = project / "params.yaml"
    shutil.copyfile(root / "params.yaml", params)
    profile.apply("catalogue", params)
    if most is not None:
        document = yaml.safe_load(params.read_text("utf-8"))
        document["sources"]["explore"]["most"] = most
        document["environments"]["minimum"] = {"environments": 1, "tools": 1}
        params.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")


def line(project: Path, seconds: float) -> str:
    """The last line: how many environments and tools, which share of seeded bugs their checks noticed, how long."""
    found = json.loads((project / "data/environments/metrics.json").read_text("utf-8"))
    score = found["mutation"]["score"]
    return f"environments {found['environments']} tools {found['tools']} mutation {score:.2f} seconds {round(seconds)}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m flows.catalogue", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--most", type=int, help="explore so many APIs only: a sample")
    sys.exit(main(Path.cwd(), parser.parse_args().most))
