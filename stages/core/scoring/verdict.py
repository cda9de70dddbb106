"""Which verifier judges a problem's reply: the one object that rewards, taught answers and every suite share."""

from stages.core.records import Problem
from stages.core.verifiers import numbers, text


def passes(reply: str, problem: Problem) -> bool:
    """Whether a reply answers the problem. Only the reply is read, never the question or a tool's result.

    Raises ValueError if the problem's gold is not what its verifier can judge.
    """
    verify = numbers.verify if problem.verifier == "number" else text.verify
    return verify(reply, problem.answer)
