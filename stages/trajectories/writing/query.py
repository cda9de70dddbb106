"""What the person says in one turn, and how it may be said less plainly (EnvFactory's calibrated refinement).

The writer sees the state, the tools that the turn is about, the story and what was said before. Its words are checked here;
whether they can be solved is shown by solvers.
"""

from collections.abc import Sequence

from stages.core.engine import Session
from stages.core.params.writing import Written
from stages.core.records import Turn
from stages.trajectories.writing.asks import Ask, Note, Refusal, Shape, Talk, opening, tried
from stages.trajectories.writing.job import Job, Operator
from stages.trajectories.writing.plan import Plan
from stages.trajectories.writing.speech import Speech, one_line
from stages.trajectories.writing.view import view

_WAY = """Speak in the first person, as one would in a chat: one message, on one line, in the language of the story. Never \
name a tool, a parameter or an identifier; call things by the names that stand in the state."""

RULES = f"""You are the person in a story and write what they say next to an assistant. You get a JSON object: the story, \
what was said so far ("history"), what this message is about ("about"), what the assistant must be able to do for it \
("targets") and what the service holds now ("state").
Your message motivates exactly those targets, no more and no less. Every value that they need is said in your message or \
before, letter for letter as it should be stored, or can be found in the service by a name that you say. If you want to know \
something, ask for it plainly. Do not ask for what is so already.
{_WAY}
"intent": what must be true afterwards, or what must have been told, in one sentence.
The form: {{"query": "...", "intent": "..."}}"""

OPERATORS: dict[Operator, str] = {
    "implicit_reference": "A thing that the message names is described instead: by what it is about, when it was, what it \
belongs to. It must still be the only thing in the state that the description fits.",
    "action_compression": "Steps that anybody can infer are left out; only the end that is wanted is said.",
    "ambiguity": "A wish is implied where it was said plainly, so that only what is in the state or was said before makes \
clear what is meant. There must still be one right reading.",
    "goal_expansion": "Ask for one thing more that fits the story: something to be told that is in the state. It must change \
nothing, and it must be woven in naturally.",
}

REFINE = f"""You put what a person says to an assistant into other words. You get a JSON object: the message ("query"), \
what it wants ("intent"), what was said before ("history"), what the service holds now ("state") and how the message shall \
change ("change").
After the change the same must come of it as before, with the same values stored: leave no value out that cannot be found in \
the state or in the history.
{_WAY}
The form: {{"query": "..."}}"""


class Query(Shape):
    """A user's message, and what it is to bring about."""

    query: str
    intent: str


class Refined(Shape):
    """The same request in other words."""

    query: str


def history(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """What was said so far, calls left out."""
    return [{"user": turn.user, "assistant": turn.answer} for turn in turns]


def query(
    job: Job, plan: Plan, turns: Sequence[Turn], session: Session, author: Written, note: Note
) -> Talk[Query | Refusal]:
    """The next message of the story, tried until one passes the local checks."""
    environment, planned = job.environment, plan.turns[len(turns)]
    targets = [environment.tool(name) for name in planned.tools]
    messages = opening(
        RULES,
        story={"persona": plan.persona, "situation": plan.situation},
        about=planned.about,
        targets=[
            {"name": tool.name, "does": tool.description, "parameters": tool.parameters.get("properties")}
            for tool in targets
        ],
        history=history(turns),
        state=view(environment, session.state(), author.rows),
    )
    check = _check(job, turns, session, author, like=plan.situation)
    ask = Ask("writer", messages, Query, sample=job.number)
    found = yield from tried("query", ask, Query, lambda made: check(made.query), author.tries, note)
    return found.model_copy(update={"query": one_line(found.query)}) if isinstance(found, Query) else found


def refine(
    job: Job, operator: Operator, plain: Query, turns: Sequence[Turn], session: Session, author: Written, note: Note
) -> Talk[str | Refusal]:
    """The message changed by one operator."""
    messages = opening(
        REFINE,
        query=plain.query,
        intent=plain.intent,
        change=OPERATORS[operator],
        history=history(turns),
        state=view(job.environment, session.state(), author.rows),
    )
    speech = _check(job, turns, session, author, like=plain.query)

    def check(made: Refined) -> Refusal | None:
        same = one_line(made.query).casefold() == plain.query.casefold()
        return Refusal("same", "the words must change") if same else speech(made.query)

    ask = Ask("writer", messages, Refined, sample=job.number)
    found = yield from tried("refine", ask, Refined, check, author.tries, note)
    return one_line(found.query) if isinstance(found, Refined) else found


def _check(job: Job, turns: Sequence[Turn], session: Session, author: Written, *, like: str):
    speech = Speech(job.environment, session, author.longest)

    def check(text: str) -> Refusal | None:
        said = one_line(text)
        if said.casefold() in {turn.user.casefold() for turn in turns}:
            return Refusal("said_before", "say something new")
        return speech.refusal(said, like=like)

    return check
