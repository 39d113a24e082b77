from typing import assert_never

from shop import Shop, models

colour = Shop().things.get().value
match colour:
    case models.Colour.RED:
        print("red")
    case models.Colour.GREEN:
        print("green")
    case _:
        assert_never(colour)
