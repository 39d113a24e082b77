from shop import Shop

thing = Shop().things.get()
value: int | str | list[str] = thing.value
