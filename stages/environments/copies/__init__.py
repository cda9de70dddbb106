"""A row elsewhere: CopyX with a source and a target name, and `move` to another parent of the same kind.

One family of rules: `reading` finds it in the description, `programs` and `oracle` say independently what it does,
`cases` tells stories about it and `bugs` seeds mistakes.
"""
