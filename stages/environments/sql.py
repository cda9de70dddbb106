"""Names, paths and values as SQL text: nothing is spliced into a program but through these."""

from stages.core.records import Scalar


def name(identifier: str) -> str:
    """A quoted SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def path(argument: str) -> str:
    """The quoted JSON path of an argument, as an SQL literal."""
    return "'$.\"" + argument.replace("'", "''") + "\"'"


def text(argument: str) -> str:
    """An argument's SQL value: NULL when absent or null, 1 and 0 for booleans."""
    return f":args->>{path(argument)}"


def literal(value: Scalar) -> str:
    """A default as an SQL literal."""
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def path_key(key: str) -> str:
    """A property's name as an SQL literal."""
    return "'" + key.replace("'", "''") + "'"
