"""Near-duplicates: what counts as one, that the join is exact, and that the kept row is named."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.core.models.embed import MODEL, embed
from stages.core.params.trajectories import Near
from stages.core.records import Dialogue
from stages.trajectories.duplicates import alike, jaccard, remove
from stages.trajectories.spoken_tokens import VALUE, ngrams, tokens
from tests.trajectories.test_dialogues import ENVIRONMENT, made

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = {ENVIRONMENT.id: ENVIRONMENT}
OFF, WORDS, MEANING = Near(words=1.0, meaning=1.0), Near(words=0.6, meaning=1.0), Near(words=1.0, meaning=0.8)


def no_embedder(texts: list[str]) -> np.ndarray:
    raise AssertionError(f"asked for vectors of {texts}")


def letters(texts: list[str]) -> np.ndarray:
    """Unit vectors of how often each letter stands in a text: a plain embedder that needs no model."""
    counts = np.array([[text.lower().count(chr(code)) for code in range(97, 123)] for text in texts], np.float32)
    return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def row() -> Dialogue:
    """A dialogue whose first turn says a value."""
    return next(one for one in made() if any(span.origin == "user" for span in one.turns[0].spans))


def said(dialogue: Dialogue, words: str, id: str = "dialogue-later") -> Dialogue:
    """The same dialogue with other words in its first turn."""
    first = dialogue.turns[0].model_copy(update={"user": words})
    return dialogue.model_copy(update={"id": id, "turns": (first, *dialogue.turns[1:])})


def test_two_nearly_identical_requests_on_one_start_state_are_duplicates_and_the_kept_one_is_named() -> None:
    first = row()
    later = said(first, first.turns[0].user.lower().rstrip(".?") + " please!")
    found = remove([first, later], ENVIRONMENTS, WORDS, no_embedder)
    assert found.dialogues == [first]
    (refused,) = found.rejected
    assert (refused.id, refused.reason) == (later.id, "near_duplicate")
    assert first.id in refused.detail
    assert found.metrics["removed"] == 1
    assert found.metrics["unique_share"] == 0.5


def test_the_same_words_on_another_row_are_no_duplicate() -> None:
    """They teach that the arguments follow the words."""
    first = row()
    call = first.turns[0].calls[-1]
    argument = next(iter(call.arguments))
    other = call.model_copy(update={"arguments": {**call.arguments, argument: "another row"}})
    turn = first.turns[0].model_copy(update={"calls": (*first.turns[0].calls[:-1], other)})
    later = first.model_copy(update={"id": "dialogue-later", "turns": (turn, *first.turns[1:])})
    assert remove([first, later], ENVIRONMENTS, Near(words=0.01, meaning=1.0), no_embedder).dialogues == [first, later]


@pytest.mark.parametrize("change", [{"start_digest": "0"}, {"environment": "other"}, {"policy": "Delete nothing."}])
def test_the_same_words_in_another_place_are_no_duplicate(change: dict[str, str]) -> None:
    first = row()
    later = first.model_copy(update={"id": "dialogue-later", **change})
    homes = {**ENVIRONMENTS, "other": ENVIRONMENT}
    assert remove([first, later], homes, WORDS, no_embedder).dialogues == [first, later]


def test_another_value_asked_for_is_no_duplicate() -> None:
    first = row()
    goal = first.turns[0].goal.model_copy(update={"says": ("another value",)})
    turn = first.turns[0].model_copy(update={"goal": goal})
    later = first.model_copy(update={"id": "dialogue-later", "turns": (turn, *first.turns[1:])})
    assert len(remove([first, later], ENVIRONMENTS, WORDS, no_embedder).dialogues) == 2


def test_other_words_for_the_same_request_stay_unless_their_meaning_is_asked_about() -> None:
    first = row()
    later = said(first, "".join(reversed(first.turns[0].user)))
    assert len(remove([first, later], ENVIRONMENTS, WORDS, no_embedder).dialogues) == 2
    found = remove([first, later], ENVIRONMENTS, MEANING, letters)
    assert found.dialogues == [first]
    assert "by meaning" in found.rejected[0].detail


def test_a_dialogue_is_as_like_another_as_its_least_like_turn() -> None:
    first = next(one for one in made() if len(one.turns) > 1)
    later = said(first, "zzzz xxxx")
    assert len(remove([first, later], ENVIRONMENTS, MEANING, letters).dialogues) == 2


def test_nothing_is_removed_by_default_but_the_share_is_still_told() -> None:
    rows = [*made(), *(one.model_copy(update={"id": f"{one.id}-again"}) for one in made())]
    found = remove(rows, ENVIRONMENTS, OFF, no_embedder)
    assert found.dialogues == rows
    assert found.rejected == []
    assert found.metrics["removed"] == 0
    assert found.metrics["unique_share"] == 0.5
    assert found.metrics["unique_wordings_share"] <= 0.5


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / MODEL).is_dir(), reason="data packages are not unpacked")
def test_the_packaged_sentence_model_tells_a_paraphrase_from_another_request() -> None:
    first = row()
    values = next(span.text for span in first.turns[0].spans if span.origin == "user")
    alone = first.model_copy(update={"turns": first.turns[:1]})
    one = said(alone, f"Could you please put '{values}' on my list?", "dialogue-one")
    two = said(alone, f"Can you put '{values}' onto my list, please?", "dialogue-two")
    three = said(alone, "What is the weather like in Rome today?", "dialogue-three")
    found = remove([one, two, three], ENVIRONMENTS, MEANING, lambda texts: embed(texts, ROOT / MODEL))
    assert [kept.id for kept in found.dialogues] == ["dialogue-one", "dialogue-three"]


def test_a_value_of_several_words_is_one_token_kept_or_cut_and_the_longest_name_wins() -> None:
    turn = row().turns[0].model_copy(update={"user": 'Delete "Buy milk and eggs", not Buy milk!'})
    names = ["Buy milk", "Buy milk and eggs", ""]
    assert tokens(turn, names, keep=True) == ("delete", "buy milk and eggs", "not", "buy milk")
    assert tokens(turn, names, keep=False) == ("delete", VALUE, "not", VALUE)


def test_runs_of_more_words_than_there_are_do_not_exist() -> None:
    assert ngrams(("a", "b", "c"), 2) == [("a", "b"), ("b", "c")]
    assert ngrams(("a",), 2) == []


SETS = st.lists(st.frozensets(st.integers(0, 12), max_size=9), max_size=25)


@given(SETS, st.sampled_from([0.1, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]))
def test_the_inverted_index_finds_exactly_what_all_pairs_find(sets: list[frozenset[int]], threshold: float) -> None:
    expected: list[int | None] = []
    for number, each in enumerate(sets):
        kept = [other for other in range(number) if expected[other] is None]
        near = (other for other in kept if each and jaccard(each, sets[other]) >= threshold - 1e-9)
        expected.append(next(near, None))
    assert alike(sets, threshold) == expected
