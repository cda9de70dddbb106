"""Merge a profile into params.yaml: `python -m flows.profile gpu`. Nothing reads a profile at run time."""

import sys
from pathlib import Path

from ruamel.yaml import YAML

from stages.core.errors import UserError
from stages.core.params import load

PROFILES = Path("profiles")


def merge(into: dict, changes: dict, where: str) -> None:
    """Write `changes` over `into`, key by key. Raises UserError for a key that params.yaml does not have."""
    for key, value in changes.items():
        if key not in into:
            raise UserError(f"{where}: {key}", "no such parameter in params.yaml")
        if isinstance(value, dict) and isinstance(into[key], dict) and "method" not in value:
            merge(into[key], value, f"{where}: {key}")
        else:
            into[key] = value


def apply(name: str, params: Path = Path("params.yaml")) -> None:
    """Merge `profiles/<name>.yaml` into `params`, comments kept, then load every section to prove it is sound."""
    path = PROFILES / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in PROFILES.glob("*.yaml")))
        raise UserError(str(path), f"no such profile (there are {known})")
    yaml = YAML()
    yaml.width = 120
    document = yaml.load(params.read_text("utf-8"))
    before = params.read_text("utf-8")
    merge(document, yaml.load(path.read_text("utf-8")) or {}, str(path))
    with params.open("w", encoding="utf-8") as out:
        yaml.dump(document, out)
    try:
        for section in document:
            load(section, params)
    except UserError:
        params.write_text(before, "utf-8")
        raise


if __name__ == "__main__":
    try:
        apply(sys.argv[1] if len(sys.argv) > 1 else "")
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
