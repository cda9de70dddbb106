"""Batches: BatchGetX and BatchDeleteX, `batchGet` and `batchDelete`, which take a list of keys.

One family of rules: `reading` finds it in the description, `programs` and `oracle` say independently what it does,
`cases` tells stories about it and `bugs` seeds mistakes.
"""
