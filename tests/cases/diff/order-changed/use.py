from shop import Shop

Shop().things.make(name="tea", a="1", b="2")
print(Shop().things.get().a)
