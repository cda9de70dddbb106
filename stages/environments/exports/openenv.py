"""For OpenEnv: refuses the names it keeps to itself, and fills `validation:` of its manifest from the gate's verdicts.

The module is finery_openenv.py.
"""

import json
from pathlib import Path
from typing import Any

from stages.core.engine.catalogue import Entry
from stages.core.errors import UserError

TAKEN = frozenset({"reset", "step", "state", "close", "submit"})
EPISODE_SECONDS = 60.0


def refuse(found: dict[str, Entry]) -> None:
    """Raise UserError for the first tool whose name OpenEnv or the export itself has taken."""
    for id, entry in found.items():
        for tool in entry.environment.tools:
            if tool.name in TAKEN:
                raise UserError(f"{id}: {tool.name}", "OpenEnv cannot carry a tool of that name")


def manifest(out: Path, found: dict[str, Entry], tasks: int) -> None:
    """Write openenv.yaml (JSON is YAML). What it claims is what the gate has checked: gold earns 1, doing nothing 0."""
    gates = {id: json.loads((out / "data" / id / "gate.json").read_text("utf-8")) for id in found}
    tools = sorted({tool.name for entry in found.values() for tool in entry.environment.tools} | {"submit"})
    told: dict[str, Any] = {
        "spec_version": 1,
        "name": "finery",
        "version": "1.0.0",
        "type": "space",
        "runtime": "fastapi",
        "app": "finery_openenv:app",
        "port": 8000,
        "validation": {
            "reward": {"range": [0.0, 1.0], "oracle_tolerance": 0.0, "floor_margin": 1.0},
            "resources": {"cpu": 1.0, "memory_mb": 512, "disk_mb": 256, "episode_timeout_s": EPISODE_SECONDS},
            "network": {"mode": "no-network"},
            "capabilities": {
                "verifier": {"kind": "reward_channel"},
                "task_api": True,
                "declared_tools": tools,
                "declared_task_count": {"train": tasks},
            },
            "task_distribution": {"dataset_version": _version(gates)},
            "types": {"tags": ["tool-use"]},
        },
    }
    (out / "openenv.yaml").write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def _version(gates: dict[str, dict[str, Any]]) -> str:
    """What the gate found, in a line: environments, seeded bugs noticed, cases."""
    seeded = sum(gate["mutation"]["seeded"] for gate in gates.values())
    killed = sum(gate["mutation"]["killed"] for gate in gates.values())
    cases = sum(check["cases"] for gate in gates.values() for check in gate["checks"].values())
    return f"{len(gates)} environments, {cases} cases passed, {killed} of {seeded} seeded bugs noticed"
