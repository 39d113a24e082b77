from shop import Shop

Shop().things.get()
