from shop import Shop, models

print(Shop().things.get().value is models.Colour.GREEN)
