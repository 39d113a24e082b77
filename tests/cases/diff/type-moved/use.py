from shop import Shop, models

Shop().things.make(name="tea", value=models.Size(width=5))
size: models.Size = Shop().things.get().value
