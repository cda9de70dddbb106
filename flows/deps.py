"""Write each stage's code dependencies into dvc.yaml from its import closure: `python -m flows.deps`.

A stage depends on its own folder and exactly the core modules it imports; a test compares, this command mends.
"""

import re
import sys
from pathlib import Path

from stages.core.closure import closure

WORD = re.compile(r"-m stages\.(\w+)")


def code(word: str) -> list[str]:
    """The stage's folder, then the core modules in its closure, sorted."""
    core = [path for path in closure(word) if not path.startswith(f"stages/{word}/")]
    return [f"stages/{word}", *core]


def mend(path: Path = Path("dvc.yaml")) -> bool:
    """Rewrite the `stages/...` lines of every deps list. Returns whether anything changed."""
    lines = path.read_text("utf-8").splitlines()
    out: list[str] = []
    word, inside = "", False
    for line in lines:
        found = WORD.search(line)
        word = found.group(1) if found else word
        if line.strip() == "deps:":
            inside = True
            indent = " " * (len(line) - len(line.lstrip()) + 2)
            out.append(line)
            out.extend(f"{indent}- {dep}" for dep in code(word))
            continue
        inside = inside and line.strip().startswith("- ")
        if inside and line.strip().startswith("- stages/"):
            continue
        out.append(line)
    text = "\n".join(out) + "\n"
    changed = text != path.read_text("utf-8")
    path.write_text(text, "utf-8")
    return changed


if __name__ == "__main__":
    print("dvc.yaml mended" if mend() else "dvc.yaml already right")
    sys.exit(0)
