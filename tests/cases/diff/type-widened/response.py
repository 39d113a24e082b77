from shop import Shop

thing = Shop().things.get()
count: int = thing.value
