from collections.abc import Sequence

from shop import Shop

thing = Shop().things.get()
value: int | str | Sequence[str] = thing.value
