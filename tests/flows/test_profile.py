"""Profiles: only the named values change, mistakes are one line, and then the file is as it was."""

import difflib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flows.profile import apply, merge
from stages.core.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in ROOT.glob("profiles/*.yaml"))


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A copy of params.yaml and the profiles, and the place to stand."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(project: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "flows.profile", *words],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def write(project: Path, text: str) -> None:
    (project / "profiles" / "own.yaml").write_text(text, "utf-8")


def problem(project: Path) -> str:
    """Apply `own`, which must fail and leave everything as it was."""
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    with pytest.raises(UserError) as raised:
        apply("own")
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_changes_its_own_values_and_keeps_comments_order_and_lines(project, name):
    before = (project / "params.yaml").read_text("utf-8")
    wanted = yaml.safe_load(before)
    changes = yaml.safe_load((project / "profiles" / f"{name}.yaml").read_text("utf-8"))
    merge(wanted, changes, name)
    apply(name)
    after = (project / "params.yaml").read_text("utf-8")
    assert yaml.safe_load(after) == wanted and list(yaml.safe_load(after)) == list(yaml.safe_load(before))
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    assert not [line for line in lines if line.startswith("- ") and line[2:].lstrip().startswith("#")]
    changed = sum(len(section) for section in changes.values())
    assert sum(line.startswith("+ ") for line in lines) <= 2 * changed


def test_applying_a_profile_twice_is_applying_it_once(project):
    apply("ci")
    once = (project / "params.yaml").read_bytes()
    apply("ci")
    assert (project / "params.yaml").read_bytes() == once


def test_a_profile_of_nothing_changes_no_byte(project):
    before = (project / "params.yaml").read_bytes()
    write(project, "# nothing\n")
    apply("own")
    assert (project / "params.yaml").read_bytes() == before


def test_values_of_every_shape_are_written_where_they_stand(project):
    (project / "params.yaml").write_text(
        "# top\nbase: # why\n  path: null # a folder\n  threads: 2\n\n# next\nexecution:\n  slots: 2\n"
        "  weights: {sft: 2, # heavy\n    rl: 2}\n  # last\n  server_timeout: 180 # seconds\n"
    )
    write(project, "base: {path: 'a: b # c'}\nexecution:\n  weights:\n    rl: 3\n  server_timeout: 60\n")
    apply("own")
    assert (project / "params.yaml").read_text() == (
        "# top\nbase: # why\n  path: 'a: b # c' # a folder\n  threads: 2\n\n# next\nexecution:\n  slots: 2\n"
        "  weights: {sft: 2, # heavy\n    rl: 3}\n  # last\n  server_timeout: 60 # seconds\n"
    )


def test_a_list_in_lines_is_replaced_whole_and_the_comment_behind_it_stays(project):
    text = (project / "params.yaml").read_text("utf-8")
    old = yaml.safe_load(text)["problems"]["families"]
    lines = "families:\n" + "".join(f"    - {name}\n" for name in old) + "\n  # how many\n  train:"
    start, end = text.index("families: ["), text.index("train:", text.index("families: ["))
    (project / "params.yaml").write_text(text[:start] + lines + text[end + len("train:") :], "utf-8")
    write(project, "problems:\n  families: [gcd, lcm]\n")
    apply("own")
    after = (project / "params.yaml").read_text("utf-8")
    assert yaml.safe_load(after)["problems"]["families"] == ["gcd", "lcm"]
    assert "[gcd, lcm]\n\n  # how many\n  train: " in after


def test_an_unknown_key_is_named_with_its_place(project):
    write(project, "problems:\n  trian: 3\n")
    assert problem(project) == "profiles/own.yaml: problems: trian: no such parameter in params.yaml"
    write(project, "porblems:\n  train: 3\n")
    assert problem(project) == "profiles/own.yaml: porblems: no such parameter in params.yaml"


@pytest.mark.parametrize("value", ["0", "many", "[1]", "{a: 1}", "1e0", "null", "true"])
def test_a_bad_value_is_named_and_the_file_stays(project, value):
    write(project, f"base:\n  threads: 1\nproblems:\n  train: {value}\n")
    assert "problems.train" in problem(project)


@pytest.mark.parametrize("text", ["problems: [\n", "- 1\n", "words\n", "problems: 3\n"])
def test_a_profile_that_is_none_is_one_line(project, text):
    write(project, text)
    assert problem(project)


def test_the_command_changes_the_file_and_says_nothing(project):
    before = (project / "params.yaml").read_text("utf-8")
    done = command(project, "ci")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (project / "params.yaml").read_text("utf-8") != before


@pytest.mark.parametrize(
    ("words", "said"),
    [(("own",), "no such parameter"), (("nobody",), "no such profile (there are "), ((), "no such profile")],
)
def test_a_mistake_is_exit_2_and_one_line(project, words, said):
    write(project, "problems:\n  trian: 3\n")
    done = command(project, *words)
    assert done.returncode == 2 and done.stdout == ""
    assert said in done.stderr and done.stderr.count("\n") == 1
