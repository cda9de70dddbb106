"""Deletes that can be undone: Google's `undelete`, and AWS's RestoreX where it says that it brings back what was deleted.

One family of rules: `reading` finds it in the description, `programs` and `oracle` say independently what it does,
`cases` tells stories about it and `bugs` seeds mistakes.
"""
