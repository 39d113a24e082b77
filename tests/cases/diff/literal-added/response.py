from typing import Literal

from shop import Shop

value: Literal["a", "b"] = Shop().things.get().value
