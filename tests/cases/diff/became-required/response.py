from shop import Shop

thing = Shop().things.get()
print(thing.note or "none")
note: str | None = thing.note
