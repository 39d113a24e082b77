from shop import Shop

Shop(token="…").things.make(name="tea")
