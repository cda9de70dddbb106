"""Merge a profile into params.yaml: `python -m flows.profile gpu`. Nothing reads a profile at run time.

Only the characters of the values that change are replaced, so that comments, order and line breaks stay and `git diff`
shows the profile and nothing else. The file is written once, after every section has been proved sound.
"""

import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from stages.core.errors import UserError
from stages.core.params.load import parse

PROFILES = Path("profiles")


class Edit(NamedTuple):
    """Characters `start` to `end` of the text become `value`."""

    start: int
    end: int
    value: str


def merge(into: dict, changes: dict, where: str) -> None:
    """Write `changes` over `into`, key by key. Raises UserError for a key that params.yaml does not have.

    A mapping that names its `method` is one choice and replaces the whole of the old one.
    """
    for key, value in changes.items():
        if key not in into:
            raise UserError(f"{where}: {key}", "no such parameter in params.yaml")
        if deeper(into[key], value):
            merge(into[key], value, f"{where}: {key}")
        else:
            into[key] = value


def deeper(old: object, new: object) -> bool:
    """Whether a value is merged key by key."""
    return isinstance(new, dict) and isinstance(old, dict) and "method" not in new


def apply(name: str, params: Path = Path("params.yaml")) -> None:
    """Merge `profiles/<name>.yaml` into `params`. Raises UserError, and then the file is as it was."""
    path = PROFILES / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in PROFILES.glob("*.yaml")))
        raise UserError(str(path), f"no such profile (there are {known})")
    text = params.read_text("utf-8") if params.is_file() else ""
    document, changes = _mapping(text, params), _mapping(path.read_text("utf-8"), path)
    wanted = _mapping(text, params)
    merge(wanted, changes, str(path))
    made = write(text, edits(yaml.compose(text, yaml.SafeLoader), document, changes))
    if yaml.safe_load(made) != wanted:
        raise UserError(str(params), "an anchor or alias stands where the profile writes; write the value out")
    for section, value in wanted.items():
        parse(section, value, f"{params} with {path}")
    part = params.with_name(f".{params.name}.part")
    part.write_text(made, "utf-8")
    part.replace(params)


def edits(node: Any, document: dict, changes: dict) -> list[Edit]:
    """Where in the text each changed value stands. `node` is the YAML node that `document` was made from."""
    found: list[Edit] = []
    for key_node, value_node in node.value:
        key = key_node.value
        if key not in changes or document[key] == changes[key]:
            continue
        if deeper(document[key], changes[key]):
            found += edits(value_node, document[key], changes[key])
        else:
            found.append(Edit(value_node.start_mark.index, value_node.end_mark.index, _flow(changes[key])))
    return found


def write(text: str, changed: list[Edit]) -> str:
    """The text with the edits made."""
    for edit in sorted(changed, reverse=True):
        old = text[edit.start : edit.end]
        # A block ends where the next key begins: its line breaks and the comment before that key are not its own.
        end = edit.start + len(_without_tail(old))
        text = text[: edit.start] + edit.value + text[end:]
    return text


def _without_tail(block: str) -> str:
    lines = block.rstrip().split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return "\n".join(lines)


def _flow(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9)
    return text.removesuffix("...\n").strip()


def _mapping(text: str, path: Path) -> dict:
    try:
        value = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UserError(f"{path}:{mark.line + 1 if mark else 1}", "not valid YAML") from None
    if not isinstance(value, dict):
        raise UserError(str(path), "expected sections with parameters")
    return value


if __name__ == "__main__":
    try:
        apply(sys.argv[1] if len(sys.argv) > 1 else "")
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
