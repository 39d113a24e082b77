from shop import Shop

thing = Shop().things.get()
share: float = thing.value
