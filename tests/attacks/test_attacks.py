"""No attack escapes, the suite is as large as it says, and it can tell an escape from a defence."""

import pytest

from tests.attacks import arguments, given, programs
from tests.attacks.kinds import Attack, escaped, program, twice

ATTACKS = [*programs.attacks(), *arguments.attacks(), *given.attacks()]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_attack_does_not_escape(attack: Attack) -> None:
    assert escaped(attack) is None


def test_the_suite_holds_sixty_attacks_and_more_and_none_twice() -> None:
    assert len(ATTACKS) >= 60
    assert twice(ATTACKS) == []


@pytest.mark.parametrize(
    ("attack", "how"),
    [
        (program("a program that works", {"return": "SELECT '{}'"}), "it succeeded"),
        (
            program(
                "an error of its own",
                {"require": "SELECT 1 WHERE 0", "error": "MINE", "message": ""},
                {"return": "SELECT '{}'"},
            ),
            "an error of its own choosing: MINE",
        ),
        (Attack("one that raises", lambda: 1 // 0), "ZeroDivisionError"),  # type: ignore[arg-type, return-value]
        (Attack("one that writes", lambda: open("stolen", "w").close()), "it left 'stolen' on the disk"),
    ],
)
def test_an_escape_is_seen(attack: Attack, how: str) -> None:
    assert (escaped(attack) or "").startswith(how)
