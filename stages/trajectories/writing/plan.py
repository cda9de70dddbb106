"""The plan of a dialogue: a persona, a situation that motivates the chain, and which tools each turn is about.

Reviewed here before any turn is paid for: it names no tool, field or key, and its turns hold the chain's tools in order.
"""

from collections.abc import Sequence

from pydantic import Field

from stages.core.engine import Session
from stages.core.params.writing import Written
from stages.trajectories.writing.asks import Ask, Note, Refusal, Shape, Talk, opening, tried
from stages.trajectories.writing.job import TURN, Job
from stages.trajectories.writing.speech import Speech, one_line
from stages.trajectories.writing.view import view

RULES = f"""You plan a conversation between a person and an assistant that has tools. You get a JSON object: the service, \
the tools that the assistant will need, in order ("tools"), and what the service holds now ("state").
Think of a person who would really want this, and of a situation that makes them want it. Cut the list of tools into \
consecutive turns, each with 1 to {TURN} tools and at most "most_turns" turns: what the person asks in one message needs \
the tools of that turn, and every tool stands in exactly one turn, in the order given.
"persona": who it is, in a few words. "situation": why they come, in one or two sentences. "about": what they want in this \
turn, in one sentence and in their own terms.
Never name a tool, a parameter, a field or an identifier in persona, situation and about. Speak of what is in the state.
The form: {{"persona": "...", "situation": "...", "turns": [{{"about": "...", "tools": ["...", "..."]}}]}}"""


class Planned(Shape):
    """One turn: what it is about and the tools it motivates."""

    about: str
    tools: list[str] = Field(min_length=1, max_length=TURN)


class Plan(Shape):
    """A story around a chain."""

    persona: str
    situation: str
    turns: list[Planned] = Field(min_length=1)


def plan(job: Job, session: Session, author: Written, note: Note) -> Talk[Plan | Refusal]:
    """Ask for a plan until one passes `review`; the refusal of the last one otherwise."""
    environment = job.environment
    tools = [{"name": name, "does": environment.tool(name).description} for name in job.targets]
    messages = opening(
        RULES,
        service=f"{environment.title}. {environment.description}".strip(),
        tools=tools,
        state=view(environment, session.state(), author.rows),
        most_turns=job.turns,
    )
    speech = Speech(environment, session, author.longest)
    ask = Ask("writer", messages, Plan, sample=job.number)
    return (yield from tried("plan", ask, Plan, lambda made: review(made, job, speech), author.tries, note))


def review(made: Plan, job: Job, speech: Speech) -> Refusal | None:
    """What is wrong with a plan, or None."""
    if len(made.turns) > job.turns:
        return Refusal("too_many_turns", f"{len(made.turns)} turns, {job.turns} at most")
    tools = [name for turn in made.turns for name in turn.tools]
    if tools != list(job.targets):
        return Refusal("not_the_chain", f"the turns' tools must be {', '.join(job.targets)}, in this order")
    return _words([made.persona, made.situation, *(turn.about for turn in made.turns)], job, speech)


def _words(texts: Sequence[str], job: Job, speech: Speech) -> Refusal | None:
    fields = {
        name
        for tool in job.environment.tools
        for name in (tool.name, *_properties(tool.parameters))
        if not name.isalpha() or not name.islower()
    }
    for text in map(one_line, texts):
        if not text:
            return Refusal("empty", "every text must say something")
        refusal = speech.refusal(f"{text} .")
        if refusal is not None:
            return refusal
        if found := [word for word in text.replace(",", " ").replace(".", " ").split() if word in fields]:
            return Refusal("leak", f"no person would say {found[0]!r}")
    return None


def _properties(schema: dict) -> list[str]:
    found = schema.get("properties")
    return list(found) if isinstance(found, dict) else []
