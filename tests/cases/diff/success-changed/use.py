from shop import Shop

Shop().things.make(name="tea")
print(Shop().things.list().names)
print(Shop().things.get().name)
