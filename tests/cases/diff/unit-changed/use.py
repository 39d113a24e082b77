from shop import Shop

Shop().things.make(name="tea", value=5)
print(Shop().things.get().value + 1)
