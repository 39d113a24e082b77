from shop import Shop

Shop(key="…").things.make(name="tea")
