from shop import Shop, models

Shop().things.make(name="tea")
print(Shop().things.get().name)
print(Shop().things.put(body=models.Thing(name="tea")).name)
