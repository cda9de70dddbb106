"""A problem enters the pool only if its gold answer passes its own verifier and a changed gold fails."""

import re
from fractions import Fraction

from stages.core.records import Problem
from stages.core.scoring.verdict import passes


def refusal(problem: Problem, max_characters: int) -> str | None:
    """The reason code that keeps a problem out, or None. Never raises for a bad gold."""
    if len(problem.question) > max_characters:
        return "too_long"
    try:
        if not all(passes(form.format(problem.answer), problem) for form in ("{}", "Answer: {}")):
            return "gold_fails"
    except ValueError:
        return "gold_unreadable"
    if passes(perturbed(problem), problem):
        return "perturbed_passes"
    return None


def perturbed(problem: Problem) -> str:
    """A wrong answer close to the gold: one more, or two neighbouring words (letters, in a single word) changed places."""
    if problem.verifier == "number":
        return str(Fraction(problem.answer.replace(",", "")) + 1)
    parts = re.split(r"(, | )", problem.answer)
    if len(parts) < 3:
        parts = list(problem.answer)
        step = 1
    else:
        step = 2
    for index in range(len(parts) - step):
        if parts[index].casefold() != parts[index + step].casefold():
            parts[index], parts[index + step] = parts[index + step], parts[index]
            return "".join(parts)
    return problem.answer + " no"
