from shop import Shop

Shop().things.make(name="tea")
print(Shop().things.get().name)
