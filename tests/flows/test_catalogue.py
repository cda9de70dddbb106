"""`make catalogue`: the profile stands over the root's params, a sample is small, the last line says it all."""

import json
from pathlib import Path

import pytest
import yaml

from flows.catalogue import lay_out, line
from stages.core.errors import UserError
from stages.core.params.load import parse

ROOT = Path.cwd()


@pytest.fixture
def root(tmp_path):
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text())
    return tmp_path


def test_its_params_are_the_roots_with_the_profile_over_them_and_the_root_is_untouched(root, tmp_path):
    before = (root / "params.yaml").read_bytes()
    lay_out(root, tmp_path / "work", None)
    made = yaml.safe_load((tmp_path / "work/params.yaml").read_text())
    assert made["sources"]["explore"]["publishers"] == ["google", "aws"]
    assert made["environments"]["minimum"] == {"environments": 500, "tools": 10000}
    assert made["environments"]["held_out"] == {"publishers": [], "apis": []}
    assert made["sft"] == yaml.safe_load(before)["sft"]
    assert (root / "params.yaml").read_bytes() == before
    assert (tmp_path / "work/.packages").readlink() == Path("../.packages")


def test_a_sample_explores_so_many_and_asks_for_no_least_number(root, tmp_path):
    lay_out(root, tmp_path / "work", 7)
    made = yaml.safe_load((tmp_path / "work/params.yaml").read_text())
    assert made["sources"]["explore"]["most"] == 7
    assert made["environments"]["minimum"] == {"environments": 1, "tools": 1}
    for section in ("sources", "environments"):
        parse(section, made[section], section)


def test_params_that_do_not_fit_the_profile_are_a_user_error(root, tmp_path):
    (root / "params.yaml").write_text("sources: {}\n")
    with pytest.raises(UserError, match=r"profiles/catalogue\.yaml: sources: explore"):
        lay_out(root, tmp_path / "work", None)


def test_the_last_line_gives_environments_tools_mutation_score_and_seconds(tmp_path):
    (tmp_path / "data/environments").mkdir(parents=True)
    found = {"environments": 512, "tools": 10400, "mutation": {"score": 0.9876}}
    (tmp_path / "data/environments/metrics.json").write_text(json.dumps(found))
    assert line(tmp_path, 640.4) == "environments 512 tools 10400 mutation 0.99 seconds 640"
