"""Batches: BatchGetX and BatchDeleteX, which take a list of keys, BatchCreateX and BatchUpdateX, which take entries.

One family of rules: `reading` and `entries` find it in the description, `programs` and `writes` on one side and `oracle`
on the other say independently what it does, `cases` and `entry_cases` tell stories about it and `bugs` seeds mistakes.
"""
