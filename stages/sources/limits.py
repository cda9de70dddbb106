"""How much of a description is read. Files and answers may be hostile; every limit on their size stands here."""

LARGEST = 32 * 1024 * 1024
"""Bytes of one file, before and after unpacking. The largest real description has 10 MB."""
TOTAL = 64 * 1024 * 1024
"""Bytes of all files of one folder."""
FILES = 500
"""Descriptions in one folder."""
ENTRIES = 20_000
"""Files and folders looked at below one folder: more is no folder of descriptions."""
DEEPEST = 64
"""Levels of nesting of a whole document."""
ALIASED = 100_000
"""Values that YAML's aliases may add to what is written. Nine lines of aliases of aliases can stand for billions."""
HOPS = 20
"""References to references followed before giving up."""
TOOLS = 2_000
"""Tools read from one list."""
PAGES = 200
"""Pages of tools asked of one MCP server."""
REDIRECTS = 5
"""Places a URL may lead on to."""
FETCH_SECONDS = 120
"""For one file behind a URL."""
LISTING_SECONDS = 60
"""For one MCP server to start and to list its tools; the SDK gives it four more to end."""
MOST_EXAMPLES = 8
"""Values kept of what a description shows for one field."""
