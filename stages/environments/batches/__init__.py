"""Batches: BatchGetX and BatchDeleteX, which take a list of keys, BatchCreateX and BatchUpdateX, which take entries.

One family of rules: `reading` (and `entries`) finds it in the description, `programs` (and `writes`) and `oracle` say independently what it does,
`cases` tells stories about it and `bugs` seeds mistakes.
"""
