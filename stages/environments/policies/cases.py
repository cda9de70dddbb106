"""Stories of parts of rows: read as they are, replaced as a whole, twice over, and never another row's."""

from stages.environments.shapes import ToolShape
from stages.environments.teller import Script, Teller
from stages.environments.wrongs import wrong_arguments


def stories(teller: Teller, tool: ToolShape) -> list[Script]:
    """Every story of one tool on one start state."""
    told = []
    entity = teller.shape.entity(tool.table)
    tools = {t.verb: t for t in teller.shape.tools if t.table == tool.table and t.part == tool.part}
    teller.begin()
    keys = sorted(teller.oracle.tables[tool.table])
    for key in reversed(keys[-3:]):
        teller.begin()
        row = teller.oracle.tables[tool.table][key]
        for put in [tools["put"]] * (2 if tool.verb == "put" else 1):
            teller.call(tools["part"], teller.target(tools["part"], row))
            teller.call(put, teller.target(put, row) | teller.body(put, full=True))
            for other in dict.fromkeys([key, keys[0]]):
                there = teller.oracle.tables[tool.table][other]
                teller.call(tools["part"], teller.target(tools["part"], there))
        told.append(teller.end("a_part_is_replaced_whole", tool))
    teller.begin()
    good = {tool.key_parameter or "": keys[0] if keys else "nowhere"} | teller.body(tool, full=True)
    teller.call(tool, good | {tool.key_parameter or "": "nowhere"})
    for argument, column in tool.fields.items():
        for value in (7, None, {}, {next(iter(entity.field(column).json_schema), "x"): 1}):
            teller.call(tool, good | {argument: value})
    wrong_arguments(teller, tool, good)
    told.append(teller.end("error", tool))
    return told
