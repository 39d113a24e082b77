from shop import Shop
from shop.models.things import Size

Shop().things.make(name="tea", value=Size(width=5))
