"""The nouns every stage shares. A stage reads its neighbours' records, never their modules."""

from stages.core.records.api import Api, Field, Operation, Parameter, Source
from stages.core.records.base import Record, Rejected, canonical, content_id
from stages.core.records.chain import JointChain
from stages.core.records.dialogue import (
    Call,
    CallItem,
    Case,
    Dialogue,
    Goal,
    Outcome,
    Refinement,
    Span,
    Split,
    Turn,
)
from stages.core.records.environment import (
    Column,
    Environment,
    Let,
    Require,
    Return,
    Run,
    Scalar,
    Scenario,
    Step,
    Table,
    Tool,
)
from stages.core.records.problem import Problem, RlRow, SftRow

__all__ = [
    "Api",
    "Call",
    "CallItem",
    "Case",
    "Column",
    "Dialogue",
    "Environment",
    "Field",
    "Goal",
    "JointChain",
    "Let",
    "Operation",
    "Outcome",
    "Parameter",
    "Problem",
    "Record",
    "Refinement",
    "Rejected",
    "Require",
    "Return",
    "RlRow",
    "Run",
    "Scalar",
    "Scenario",
    "SftRow",
    "Source",
    "Span",
    "Split",
    "Step",
    "Table",
    "Tool",
    "Turn",
    "canonical",
    "content_id",
]
