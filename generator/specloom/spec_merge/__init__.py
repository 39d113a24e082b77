"""Three-way merge of spec folders: base is what was imported last, ours the folder as the user edited it, theirs the new import.

    texts ─▶ data ─three_way─▶ merged data and conflicts ─text_edit─▶ texts

`matching` says what corresponds in two versions. Text and data are compared after each edit, so a merged file always holds the merged data.
"""

from __future__ import annotations

from .merge import Merged, merge, name_of
from .three_way import Conflict, Side

__all__ = ["Conflict", "Merged", "Side", "merge", "name_of"]
