"""The one error a user sees: a line that names the file, the field and what was expected. Exit code 2."""


class UserError(Exception):
    """Bad input. The message is one line, ready to print; no traceback is shown.

    Args:
        where: the file (and field) at fault, `params.yaml: sft.learning_rate`.
        problem: what was wrong and what was expected instead.
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem
