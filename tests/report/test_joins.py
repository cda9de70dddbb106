"""Dialogues over two environments at once are replayed, shown and counted on the page, for both of their parts."""

from random import Random

from stages.core.engine.catalogue import with_joins
from stages.report import distributions, environments, transcripts
from stages.report.replay import replay
from tests.environments.real import PAIRS, entries
from tests.trajectories.test_joint import made, name

ROWS = made(PAIRS[0])[:3]


def test_they_are_replayed_from_the_catalogue_of_single_environments():
    found = replay(entries(), ROWS)
    assert (found.dialogues, found.problems) == (3, ())
    lost = ROWS[0].model_copy(update={"environment": "google-tasks-v1+other"})
    assert replay(entries(), [lost]).problems == (f"{lost.id}: there is no environment other",)


def test_they_are_shown_under_both_titles_and_their_calls_are_told_by_verb():
    played = with_joins(entries(), [row.environment for row in ROWS])
    shown = transcripts.training(ROWS, played, 1, Random(1))
    assert played[name(PAIRS[0])].environment.title in shown.replace("&#39;", "'")
    verbs = dict(distributions.verbs(ROWS, played))
    assert verbs.get("list") and verbs == dict(distributions.verbs(ROWS, {name(PAIRS[0]): played[name(PAIRS[0])]}))


def test_each_part_counts_them_as_its_own():
    counted = {}
    for part in name(PAIRS[0]).split("+"):
        entry = entries()[part]._replace(gate={"passed": True, "checks": {}})
        with_rows = environments.section({part: entry}, ROWS, {}, [], 3)
        counted[part] = with_rows != environments.section({part: entry}, ROWS[:2], {}, [], 3)
    assert len(counted) == 2 and all(counted.values())
