"""A small shape of two entities for these tests: boards that the caller names, and cards on them with minted keys."""

from stages.core.records import Source
from stages.environments.shapes import ApiShape, EntityShape, FieldShape, ToolShape


def boards() -> ApiShape:
    """Boards and cards with every verb, a page of two at most, a filter, JSON, a boolean and a clock."""
    text = {"type": "string"}
    board = EntityShape(
        table="board", noun="board", plural="boards", key="name", minted=False, label="name",
        fields=(
            FieldShape(name="name", kind="key", type="TEXT", json_schema=text, required=True, writable=True),
            FieldShape(name="note", kind="text", type="TEXT", json_schema=text, writable=True),
        ),
    )  # fmt: skip
    card = EntityShape(
        table="card", noun="task", plural="tasks", key="id", minted=True, prefix="c", parent="board",
        parent_field="board", label="title",
        fields=(
            FieldShape(name="id", kind="key", type="TEXT", json_schema=text, required=True),
            FieldShape(name="board", kind="parent", type="TEXT", json_schema=text, required=True, shown=False),
            FieldShape(name="title", kind="text", type="TEXT", json_schema=text, required=True, writable=True),
            FieldShape(name="done", kind="boolean", type="INTEGER", json_schema={"type": "boolean"}, required=True,
                       default=0, writable=True),
            FieldShape(name="tags", kind="json", type="TEXT", writable=True,
                       json_schema={"type": "object", "additionalProperties": {"type": "string"}}),
            FieldShape(name="updated", kind="time", type="TEXT", format="date-time", required=True, clock="write",
                       json_schema={"type": "string", "format": "date-time"}),
        ),
    )  # fmt: skip
    written = {"title": "title", "done": "done", "tags": "tags"}

    def tool(verb: str, **extra: object) -> ToolShape:
        common = {"parents": {"board": "board"}, "operation": verb, "description": f"{verb} a card.", "table": "card"}
        return ToolShape.model_validate({"name": f"cards_{verb}", "verb": verb, **common, **extra})

    on = ("board", "card")
    return ApiShape(
        id="user-boards", title="Boards", description="", domain="office", publisher="user",
        source=Source(package="path", version="1", path="boards.yaml", sha256="0" * 64, licence="Apache-2.0"),
        entities=(board, card), operations=8,
        tools=(
            ToolShape(name="boards_create", operation="c", verb="create", table="board", description="Make a board.",
                      key_parameter="name", fields={"note": "note"}, required=("name",)),
            ToolShape(name="boards_delete", operation="d", verb="delete", table="board", description="Remove a board.",
                      key_parameter="board", required=("board",)),
            tool("create", fields=written, required=("board", "title")),
            tool("get", key_parameter="card", required=on),
            tool("list", filters={"done": "done"}, required=("board",), page_size="size", page_token="token",
                 page_default=20, page_max=50, items="items", next_token="next"),
            tool("patch", key_parameter="card", fields=written, required=on, nullable=("tags",)),
            tool("update", key_parameter="card", fields=written, required=(*on, "title")),
            tool("delete", key_parameter="card", required=on),
        ),
    )  # fmt: skip
