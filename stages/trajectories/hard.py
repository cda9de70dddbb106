"""Hard cases of real use, made of a finished dialogue: what was said is cut, added to or forbidden, and proved again.

Each operator takes a proved dialogue and gives another, or None where the dialogue has no place for it:

- `missing_parameter`: the user leaves out the value; the assistant asks, and the user then tells that one value;
- `missing_function`: the user asks for what no shown tool does; the assistant says so;
- `policy`: a rule of the house forbids what a shown tool could do; the assistant says so;
- `recovery`: the assistant first takes a name for a key, is refused, and looks the key up;
- `no_call`: words that need no tool;
- `parallel`: several calls in one message (`parallel`), first of all, since it is plain turns that it puts together.

EnvFactory gets the first two from an LLM that is told less; here the words are cut, so what is missing is known. The goal of
a turn without calls is the state as it was, and a question or a refusal in the closing words.
"""

import re
from collections.abc import Callable, Mapping
from random import Random

from stages.core.engine import Runtime
from stages.core.params.trajectories import Hard
from stages.core.records import Call, Case, Dialogue, Goal, Outcome, Span, Tool, Turn
from stages.core.replay import at_turn
from stages.trajectories.asides import ASKED, DECLINED, FORBIDDEN, THANKS, TOLD, pick
from stages.trajectories.columns import listed, spoken_field
from stages.trajectories.parallel import parallel
from stages.trajectories.phrases import mention
from stages.trajectories.rework import identified, proved
from stages.trajectories.templates import TEMPLATES
from stages.trajectories.words import article, sentence
from stages.trajectories.world import World

Operate = Callable[[Runtime, Dialogue, Random], Dialogue | None]
_NAMES = ("name", "title", "label", "summary", "subject")
_TEXTS = {template.id: template.text for template in TEMPLATES}


def harden(runtime: Runtime, dialogue: Dialogue, shares: Hard, rng: Random) -> Dialogue:
    """The dialogue with the hard cases that are drawn for it and that it has a place for, each of them proved.

    Args:
        runtime: of the dialogue's environment.
        dialogue: a proved one.
        shares: how often each case is tried. A case that is never tried draws nothing.
        rng: draws everything.
    """
    operators: tuple[tuple[float, Operate], ...] = (
        (shares.parallel, parallel),
        (shares.recovery, recovery),
        (shares.missing_parameter, missing_parameter),
        (shares.missing_function, missing_function),
        (shares.policy, policy),
        (shares.no_call, no_call),
    )
    for share, operate in operators:
        if share and rng.random() < share:
            made = operate(runtime, dialogue, rng)
            if made is not None and proved(runtime, made):
                dialogue = made
    return identified(dialogue)


def missing_parameter(runtime: Runtime, dialogue: Dialogue, rng: Random) -> Dialogue | None:
    """Cut a turn in two: a request without its value, and the value once the assistant has asked for it."""
    options = [(number, cut) for number, turn in enumerate(dialogue.turns) if (cut := _cut(runtime, dialogue, turn))]
    if not options:
        return None
    number, cut = rng.choice(options)
    held, turn = dialogue.split != "train", dialogue.turns[number]
    request = pick(ASKED[cut["verb"]], held, rng).format_map(cut)
    question = {"rename": "What should the new name be?", "set": f"What should the {cut['field']} be?"}.get(
        cut["verb"], f"What should the {cut['noun']} be called?"
    )
    words = (cut["field"], "value") if cut["verb"] == "set" else ("name", "named", "call", "called", "title")
    session = at_turn(runtime, dialogue, number)
    first = Turn(
        user=sentence(request),
        calls=(),
        outcomes=(),
        answer=question,
        goal=Goal(digest=session.goal_digest(), asks=words),
        template=f"ask_{cut['verb']}",
        case="missing_parameter",
    )
    session.close()
    second = turn.model_copy(
        update={"user": sentence(pick(TOLD[cut["verb"]], held, rng).format_map(cut)), "case": "missing_parameter"}
    )
    turns = [*dialogue.turns[:number], first, second, *dialogue.turns[number + 1 :]]
    # From here on every turn stands one later; the spans of the words that were cut off stay in the first half.
    for place in range(number + 1, len(turns)):
        spans = tuple(_later(span, number, first.user) for span in turns[place].spans)
        turns[place] = turns[place].model_copy(update={"spans": spans})
    return dialogue.model_copy(update={"turns": tuple(turns)})


def _later(span: Span, cut: int, first: str) -> Span:
    if span.turn is None or span.turn < cut or (span.turn == cut and (span.text or "").lower() in first.lower()):
        return span
    return span.model_copy(update={"turn": span.turn + 1})


def _cut(runtime: Runtime, dialogue: Dialogue, turn: Turn) -> dict[str, str] | None:
    """The slots of a turn's words where one value can be cut out of them."""
    verb = turn.template.split(".")[0]
    if turn.case != "plain" or verb not in ("rename", "set", "create", "create_in") or turn.template not in _TEXTS:
        return None
    call = turn.calls[-1]
    tool = runtime.environment.tool(call.tool)
    table = runtime.environment.table(tool.table)
    said = [s for s in turn.spans if s.call == len(turn.calls) - 1 and s.origin == "user" and s.argument in tool.fields]
    if len({span.text for span in said}) != 1 or said[0].text is None:
        return None
    column = next(c for c in table.columns if c.name == tool.fields[said[0].argument])
    # What is asked for is what it is called; an address or a number is not a name.
    if verb != "set" and spoken_field(column).split()[-1] not in _NAMES:
        return None
    known = {"noun": table.noun, "a_noun": article(table.noun), "extras": "", "field": spoken_field(column)}
    slots = _slots(_TEXTS[turn.template], turn.user, known, said[0].text)
    return None if slots is None else {**known, "plural": table.plural, **slots, "verb": verb}


def _slots(template: str, user: str, known: Mapping[str, str], value: str) -> dict[str, str] | None:
    """The value as it was said (quoted or not) and the row meant; None where the words do not take apart so."""
    pattern = ""
    for part in re.split(r"(\{\w+\})", template):
        name = part.strip("{}")
        if part in ("{new}", "{value}", "{label}"):
            pattern += rf"(?P<said>[\"']?{re.escape(value)}[\"']?)"
        elif part in ("{target}", "{parent}"):
            pattern += r"(?P<row>.+)"
        else:
            pattern += re.escape(known[name]) if part.startswith("{") and name in known else re.escape(part)
    found = re.fullmatch(pattern, user, re.IGNORECASE)
    if found is None or value.lower() in (found.groupdict().get("row") or "").lower():
        return None
    row = found.groupdict().get("row") or ""
    row = row[:1].lower() + row[1:] if row.startswith(("The ", "My ", "Our ")) else row
    return {"said": found["said"], "row": row}


def missing_function(runtime: Runtime, dialogue: Dialogue, rng: Random) -> Dialogue | None:
    """Ask for a row to be deleted where no shown tool deletes such rows, nor does anything else with them unnamed."""
    shown = [runtime.environment.tool(name) for name in dialogue.tools]
    able = {tool.table for tool in shown if tool.verb in ("delete", "action")}
    # Where a parent can be deleted its rows go too, so a clever assistant could do it.
    tables = {t.name for t in runtime.environment.tables if t.name not in able and t.parent not in able}
    known = {tool.table for tool in shown}
    made = _declined(runtime, dialogue, rng, sorted(tables & known), "missing_function")
    return made[0] if made else None


def policy(runtime: Runtime, dialogue: Dialogue, rng: Random) -> Dialogue | None:
    """Forbid deleting rows of a table that a shown tool deletes from, and ask for it."""
    shown = [runtime.environment.tool(name) for name in dialogue.tools]
    deleted = {
        runtime.environment.tool(c.tool).table for turn in dialogue.turns for c in turn.calls if _deletes(runtime, c)
    }
    tables = sorted({tool.table for tool in shown if tool.verb == "delete"} - deleted)
    made = _declined(runtime, dialogue, rng, tables, "policy")
    if made is None:
        return None
    table = runtime.environment.table(made[1])
    rule = pick(FORBIDDEN, dialogue.split != "train", rng).format(plural=table.plural, noun=table.noun)
    return made[0].model_copy(update={"policy": rule})


def _deletes(runtime: Runtime, call: Call) -> bool:
    return runtime.environment.tool(call.tool).verb == "delete"


def _declined(
    runtime: Runtime, dialogue: Dialogue, rng: Random, tables: list[str], case: Case
) -> tuple[Dialogue, str] | None:
    """The dialogue with one more turn that asks to delete a row of one of the tables, and the table."""
    session = at_turn(runtime, dialogue, len(dialogue.turns))
    world = World(runtime.environment, session)
    rows = {name: world.refs(runtime.environment.table(name)) for name in tables}
    tables = [name for name in tables if rows[name]]
    if not tables:
        session.close()
        return None
    table = runtime.environment.table(rng.choice(tables))
    target = mention(runtime.environment, rng.choice(rows[table.name]), rng)
    held = dialogue.split != "train"
    answer = pick(DECLINED[case], held, rng).format(plural=table.plural, noun=table.noun)
    turn = Turn(
        user=sentence(pick(ASKED["delete"], held, rng).format(row=target)),
        calls=(),
        outcomes=(),
        answer=answer,
        goal=Goal(digest=session.goal_digest(), declines=True),
        template=f"decline_{case}",
        case=case,
    )
    session.close()
    return dialogue.model_copy(update={"turns": (*dialogue.turns, turn)}), table.name


def recovery(runtime: Runtime, dialogue: Dialogue, rng: Random) -> Dialogue | None:
    """Put a call before a turn's first look-up that takes the row's name for its key, and is refused for it."""
    options = [n for n, turn in enumerate(dialogue.turns) if turn.case == "plain" and _misnamed(runtime, turn)]
    if not options:
        return None
    number = rng.choice(options)
    turn = dialogue.turns[number]
    found = _misnamed(runtime, turn)
    if found is None:
        return None
    wrong, spans = found
    session = at_turn(runtime, dialogue, number)
    result = session.call(wrong.tool, dict(wrong.arguments))
    session.close()
    if result.ok:
        return None
    earlier = sum(len(one.calls) for one in dialogue.turns[:number])
    spans = tuple(span.model_copy(update={"turn": number}) for span in spans)
    turns = list(dialogue.turns)
    turns[number] = turn.model_copy(
        update={
            "calls": (wrong, *turn.calls),
            "outcomes": (Outcome(error=result.error, message=result.message), *turn.outcomes),
            "spans": (*spans, *(span.model_copy(update={"call": span.call + 1}) for span in turn.spans)),
            "case": "recovery",
        }
    )
    for place in range(number, len(turns)):
        moved = tuple(
            s.model_copy(update={"call_index": s.call_index + 1})
            if s.call_index is not None and s.call_index >= earlier
            else s
            for s in turns[place].spans
        )
        turns[place] = turns[place].model_copy(update={"spans": moved})
    return dialogue.model_copy(update={"turns": tuple(turns)})


def _misnamed(runtime: Runtime, turn: Turn) -> tuple[Call, tuple[Span, ...]] | None:
    """The turn's last call with the row's name in place of its key, and the spans of its arguments."""
    if len(turn.calls) != 2:
        return None
    call = turn.calls[-1]
    tool: Tool = runtime.environment.tool(call.tool)
    table = runtime.environment.table(tool.table)
    key = tool.key_parameter
    if key is None or tool.verb == "create" or not table.minted or tool.parents or table.label is None:
        return None
    rows = listed(runtime.environment.tool(turn.calls[0].tool), turn.outcomes[0].value)
    label = next((str(row[table.label]) for row in rows if row.get(table.key) == call.arguments.get(key)), None)
    if label is None or label.lower() not in turn.user.lower():
        return None
    spans = [span for span in turn.spans if span.call == 1 and span.origin == "user"]
    arguments = {**call.arguments, key: label}
    if set(arguments) != {span.argument for span in spans} | {key}:
        return None
    named = Span(call=0, argument=key, origin="user", text=label)
    return Call(tool=call.tool, arguments=arguments), (named, *(s.model_copy(update={"call": 0}) for s in spans))


def no_call(runtime: Runtime, dialogue: Dialogue, rng: Random) -> Dialogue | None:
    """End with words that ask for nothing."""
    session = at_turn(runtime, dialogue, len(dialogue.turns))
    user, answer = pick(THANKS, dialogue.split != "train", rng)
    goal = Goal(digest=session.goal_digest())
    session.close()
    turn = Turn(user=user, calls=(), outcomes=(), answer=answer, goal=goal, template="thanks", case="no_call")
    return dialogue.model_copy(update={"turns": (*dialogue.turns, turn)})
