"""Tags of AWS: TagResource, UntagResource, ListTagsForResource and their like, whichever row an ARN or a key names.

One family of rules: `forms` and `reading` find it in the description, `programs` and `oracle` say independently what it does,
`cases` tells stories about it and `bugs` seeds mistakes.
"""
