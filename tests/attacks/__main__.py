"""`python -m tests.attacks`: every attack, and how many escaped. Exit 1 if one did."""

import sys

from tests.attacks import arguments, given, programs
from tests.attacks.kinds import escaped


def main() -> int:
    """Run them all; the last line is the figure."""
    attacks = [*programs.attacks(), *arguments.attacks(), *given.attacks()]
    escapes = 0
    for attack in attacks:
        how = escaped(attack)
        if how is not None:
            escapes += 1
            print(f"escaped: {attack.name}: {how}")
    print(f"escapes {escapes} of {len(attacks)}")
    return 1 if escapes else 0


if __name__ == "__main__":
    sys.exit(main())
