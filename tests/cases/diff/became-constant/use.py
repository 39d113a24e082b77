from shop import Shop

Shop().things.make(name="tea", version="v2")
