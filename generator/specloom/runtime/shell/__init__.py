"""Command line of a client: `python -m <package>` sends calls from a terminal."""
