from shop import Shop

Shop().things.make(name="tea")
print(Shop().things.get().value or 1)
