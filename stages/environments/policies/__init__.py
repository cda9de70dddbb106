"""Access policies of Google's resources: `getIamPolicy` and `setIamPolicy`, which read and replace a part of a row.

One family of rules: `reading` finds it in the description, `programs` and `oracle` say independently what it does,
`cases` tells stories about it and `bugs` seeds mistakes.
"""
