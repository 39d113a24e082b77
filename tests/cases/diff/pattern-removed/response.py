from shop import Shop

thing = Shop().things.get()
text: str = thing.value
