from shop import Shop, models

Shop().things.make(name="tea", note="strong")
Shop().things.put(body=models.Thing(name="tea", extra={"note": "strong"}))
