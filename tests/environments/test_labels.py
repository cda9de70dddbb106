"""Names read like what people of the trade call such a row, and depend on the seed alone."""

import random
import re

import pytest

from stages.environments.labels import MAX_WORDS, SLOTS, fill, label, patterns, slug, words
from stages.environments.slugs import SLUG, SLUGS
from stages.environments.texts import FIRST, LAST
from stages.environments.titles import ANY, TITLES

ALL = [(pattern, nouns) for table in (TITLES, SLUGS, FIRST, LAST) for nouns, chosen in table for pattern in chosen]


def source(seed: int = 4):
    return words(random.Random(seed)).named("Denver office")


@pytest.mark.parametrize("pattern", sorted({pattern for pattern, _ in ALL} | {*ANY, *SLUG}))
def test_every_slot_of_every_pattern_can_be_filled(pattern):
    slots = [slot for slot in re.findall(r"\{([^{}]+)\}", pattern) if "|" not in slot]
    assert set(slots) <= set(SLOTS)
    text = fill(pattern, source())
    assert text and "{" not in text and "|" not in text


def test_a_noun_is_listed_once():
    for table in (TITLES, SLUGS):
        nouns = [noun for listed, _ in table for noun in listed.split(", ")]
        assert len(nouns) == len(set(nouns))


INSIDE = {"criteria", "thread", "card"}
"""Kinds of names that stand inside other rows only."""


@pytest.mark.parametrize("noun", sorted({nouns.split(", ")[0] for nouns, _ in TITLES} - INSIDE))
def test_each_kind_has_enough_names_for_a_full_state(noun):
    """A table at the end of its chain holds twelve rows there, and may share the state with another of its kind."""
    used: set[str] = set()
    drawn = [label(source(index), used, noun) for index in range(24)]
    assert all(text.isascii() and 1 <= len(text.split()) <= MAX_WORDS for text in drawn)
    assert not [one for one in drawn for other in drawn if one != other and other.lower().startswith(one.lower())]


def test_the_whole_noun_tells_more_than_its_last_word_and_that_more_than_the_others():
    assert patterns(TITLES, ANY, "task list") != patterns(TITLES, ANY, "list of tasks")
    assert patterns(TITLES, ANY, "support case") == patterns(TITLES, ANY, "case")
    assert patterns(TITLES, ANY, "user permission") == patterns(TITLES, ANY, "user")
    assert patterns(TITLES, ANY, "flange") == ANY


def test_names_are_those_of_the_trade():
    drawn = {noun: label(source(), set(), noun) for noun in ("matter", "job", "course", "case", "note")}
    assert drawn == {noun: label(source(), set(), noun) for noun in drawn}
    assert re.fullmatch(r"(\w+ v\. \w+|\w+ (merger|audit|lease dispute)|\w+ .*(contract|patent))", drawn["matter"])


def test_a_name_that_the_caller_chooses_is_small_letters_digits_hyphens_and_dots():
    for noun in ("queue", "managed zone", "domain", "flange"):
        assert re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", slug(source(), set(), noun))


def test_an_address_says_who_the_row_is_about():
    about = source().named("mary.jones@example.com")
    assert fill("{own_first} {own_last}", about) == "Mary Jones"
    assert fill("~{own_first}.{own_last}@example.com", source().named("Mary Jones")) == "mary.jones@example.com"


def test_the_same_seed_draws_the_same_words_and_another_seed_others():
    assert [fill(p, source()) for p in ANY] == [fill(p, source()) for p in ANY]
    assert [fill(p, source()) for p in ANY] != [fill(p, source(5)) for p in ANY]
