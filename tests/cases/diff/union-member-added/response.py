from shop import Shop

thing = Shop().things.get()
value: int | str = thing.value
