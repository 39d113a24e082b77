"""Documents that `specloom export` wrote: read back as the spec that they come from.

A document that says more than an export does, because it was edited, is read like any other; so nothing of it is lost in silence.
"""

from .document import NotExact, files_of, is_exported

__all__ = ["NotExact", "files_of", "is_exported"]
