"""Exploration: one version an API, ranked by what is new, complete and described; each refusal has its reason."""

import random
from pathlib import Path

import pytest

from stages.core.errors import UserError
from stages.core.params import load
from stages.core.params.sources import Explore, Weights
from stages.core.records import Rejected
from stages.sources.domains import domain_of
from stages.sources.explore import Candidate, newest, rank, taken_apart
from stages.sources.exploring import explore, read_all
from stages.sources.outline import Outline, of_aws, of_google

PACKAGES = Path(".packages")
WEIGHTS = Weights(novelty=0.35, compilability=0.35, documentation=0.2, balance=0.1)
WHOLE = frozenset({"create", "get"})


def outline(name: str, nouns: list[str], described: float = 1.0, verbs: frozenset[str] = WHOLE) -> Outline:
    calls = frozenset(f"{noun}.{verb}" for noun in nouns for verb in verbs)
    return Outline(name, name, "", dict.fromkeys(nouns, verbs), calls, described)


def candidate(name: str, nouns: list[str], domain: str = "office", **others) -> Candidate:
    return Candidate(f"google-{name}", "google", f"{name}.json", name, domain, outline(name, nouns, **others))


def ranked(*candidates: Candidate, known: tuple[Outline, ...] = (), most: int = 100) -> dict[str, tuple]:
    return {each.id: (each.rank, each.reason) for each in rank(candidates, known, WEIGHTS, 0.8, most)}


def test_of_several_versions_the_newest_stable_one_is_a_candidate():
    kept, older = newest(
        ["run.v1", "run.v2", "run.v3beta", "dns.v1beta2", "adexchangebuyer.v1.4", "adexchangebuyer2.v1"]
    )
    assert [one.document for one in kept] == ["adexchangebuyer2.v1", "dns.v1beta2", "run.v2"]
    assert [one.document for one in older] == ["adexchangebuyer.v1.4", "run.v1", "run.v3beta"]


def test_parts_of_one_api_that_have_versions_of_their_own_are_candidates_each():
    kept, older = newest(["admin.directory_v1", "admin.reports_v1", "admin.reports_v2"])
    assert [one.document for one in kept] == ["admin.directory_v1", "admin.reports_v2"]
    assert [one.document for one in older] == ["admin.reports_v1"]
    assert taken_apart("admin.directory_v1") == ("admin.directory_v1", "admin.directory", "v1")


def test_what_is_new_comes_before_what_the_catalogue_has():
    found = ranked(
        candidate("cars", ["car", "wheel", "road", "sign"]),
        candidate("again", ["car", "wheel", "road", "lamp"]),
        candidate("boats", ["boat", "sail", "oar", "port"]),
    )
    # "again" and "cars" are alike until one of them is taken; then the other has one new noun of four.
    assert found["google-again"][0] == 3 or found["google-cars"][0] == 3
    assert found["google-boats"][0] == 2


def test_what_params_chose_by_hand_is_not_new_and_not_taken_again():
    tasks = outline("tasks", ["task", "list"])
    found = ranked(candidate("copy", ["task", "list"]), candidate("new", ["boat", "oar"]), known=(tasks,))
    assert found["google-copy"] == (None, "nearly the operations of tasks")
    assert found["google-new"][0] == 1


def test_without_a_noun_that_can_be_made_and_read_there_is_nothing_to_build():
    found = ranked(candidate("reports", ["report"], verbs=frozenset({"get", "list"})))
    assert found["google-reports"] == (None, "no noun with both a write and a read")


def test_a_described_api_comes_before_a_bare_one():
    found = ranked(candidate("bare", ["a", "b", "c", "d"], described=0.0), candidate("told", ["e", "f", "g", "h"]))
    assert (found["google-told"][0], found["google-bare"][0]) == (1, 2)


def test_a_rare_domain_comes_before_a_full_one():
    more = [candidate(f"office{n}", [f"n{n}{letter}" for letter in "abcd"]) for n in range(3)]
    found = ranked(*more, candidate("school", ["pupil", "class", "desk", "exam"], domain="education"))
    assert found["google-school"][0] == 2, "the first is taken when no domain is rare yet"


def test_beyond_the_wanted_number_the_reason_says_so():
    found = ranked(candidate("one", ["a"]), candidate("two", ["b"]), most=1)
    assert sorted(place or 0 for place, _ in found.values()) == [0, 1]
    assert "beyond the 1 wanted" in {reason for _, reason in found.values()}


def test_the_order_in_which_candidates_come_changes_nothing():
    pool = [candidate(f"api{n}", [f"n{n % 7}", f"n{n}"], described=n / 20) for n in range(20)]
    first = rank(pool, (), WEIGHTS, 0.8, 12)
    random.Random(3).shuffle(pool)
    assert rank(pool, (), WEIGHTS, 0.8, 12) == first


@pytest.mark.parametrize(
    ("title", "text", "domain"),
    [
        ("Google Classroom API", "Manages classes, rosters, and invitations.", "education"),
        ("Amazon Simple Email Service", "", "communication"),
        ("Tasks API", "The Google Tasks API lets you manage your tasks and task lists.", "office"),
        ("YouTube Data API v3", "", "media"),
        ("Zzz", "", "other"),
    ],
)
def test_a_domain_is_read_off_title_and_description(title, text, domain):
    assert domain_of(title, text) == domain


def test_a_document_that_is_no_description_is_a_user_error():
    for document in (None, [], {"name": 3}, {"kind": "x"}):
        with pytest.raises(UserError, match=r"x\.json"):
            of_google(document, "x.json")
    for document in (None, [], {"operations": []}):
        with pytest.raises(UserError, match=r"x\.gz"):
            of_aws(document, "x", "x.gz")


@pytest.fixture
def packages(tmp_path):
    """A folder with a few of the real descriptions and a damaged one."""
    documents = tmp_path / "googleapiclient/discovery_cache/documents"
    documents.mkdir(parents=True)
    real = (PACKAGES / "googleapiclient/discovery_cache/documents").resolve()
    for name in ("tasks.v1", "keep.v1", "drive.v2", "drive.v3", "run.v1", "run.v2", "pollen.v1"):
        (documents / f"{name}.json").symlink_to(real / f"{name}.json")
    (documents / "broken.v1.json").write_text("{")
    services = tmp_path / "botocore/data"
    services.mkdir(parents=True)
    for name in ("ivschat", "cloudfront"):
        (services / name).symlink_to((PACKAGES / "botocore/data" / name).resolve())
    return tmp_path


def test_real_packages_give_candidates_with_reasons_and_the_taken_ones_are_read(packages):
    explored = Explore(publishers=("google", "aws"), most=3, near=0.8, weights=WEIGHTS)
    params = load("sources").model_copy(
        update={"explore": explored}
    )  # tasks, keep, drive and ivschat are chosen by hand
    rejected: list[Rejected] = []
    seen = explore(params, packages, rejected)
    assert [one.id for one in rejected] == ["google-broken.v1"]
    fates = {one.fate.id: one.fate for one in seen}
    assert {id for id, fate in fates.items() if fate.rank} == {"google-run.v2", "aws-cloudfront"}
    assert fates["google-pollen.v1"].reason == "no noun with both a write and a read"
    assert fates["google-run.v1"].reason == fates["google-drive.v2"].reason == "an older version of an API that is here"
    pinned = {"package": "p", "version": "1", "licence": "MIT"}
    taken = [one for one in seen if one.fate.rank]
    found = list(read_all(packages, taken, {"google": pinned, "aws": pinned}, rejected, False))
    assert {one.choice.id for one in found} == {"google-run-v2", "aws-cloudfront"}
    assert all(one.choice.reason.startswith("rank ") and one.line.startswith("{") for one in found)
