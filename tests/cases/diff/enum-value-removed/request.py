from shop import Shop, models

Shop().things.make(name="tea", value=models.Colour.GREEN)
