"""What a list can be asked for beside equal fields: texts that hold or begin with something, one of several values, times before
and after, and in which order.

One family of rules: `reading` finds it in the description, `programs` and `oracle` say independently what it does, `cases` tells
stories about it and `bugs` seeds mistakes.
"""
