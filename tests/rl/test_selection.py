"""Which prompts come next: shares that hold, laps without repetition, nothing but seed and step."""

from hypothesis import given
from hypothesis import strategies as st

from stages.rl.selection import slots, uniform


@given(st.integers(1, 8), st.floats(0, 1), st.integers(1, 40))
def test_slots_fill_every_generation_and_keep_the_share_over_any_stretch(groups, share, steps):
    asked = {"dialogue": 0, "problem": 0}
    for step in range(steps):
        found = slots(step, groups, share)
        assert sum(count for _, count in found.values()) == groups
        for source, (before, count) in found.items():
            assert before == asked[source] and count >= 0
            asked[source] += count
    assert abs(asked["problem"] - steps * groups * share) < 1 + 1e-6


@given(st.integers(1, 9), st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(0, 9))
def test_every_prompt_comes_once_before_any_comes_again(size, counts, seed):
    pool = [f"row-{index}" for index in range(size)]
    asked: list[int] = []
    for count in counts:
        asked += uniform.choose(pool, len(asked), count, [], seed, "dialogue")
    assert len(asked) == sum(counts)
    for start in range(0, len(asked), size):
        lap = asked[start : start + size]
        assert len(set(lap)) == len(lap)


def test_the_order_depends_on_seed_and_source():
    pool = [str(index) for index in range(30)]
    first = uniform.choose(pool, 0, 30, [], 1, "dialogue")
    assert first == uniform.choose(pool, 0, 30, [], 1, "dialogue")
    assert first != uniform.choose(pool, 0, 30, [], 2, "dialogue")
    assert first != uniform.choose(pool, 0, 30, [], 1, "problem")
