from collections.abc import Sequence

from shop import Shop

tags: Sequence[str] = Shop().things.get().tags
