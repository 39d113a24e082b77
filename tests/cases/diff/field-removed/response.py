from shop import Shop, models

thing = Shop().things.get()
print(thing.note)
print(Shop().things.put(body=models.Thing(name="tea")).extra)
