from shop import Shop, models

Shop().things.make(name="tea", value=models.Cash())
pay = Shop().things.get().value
print(isinstance(pay, models.Card))
