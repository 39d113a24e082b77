from shop import Shop

thing = Shop().things.get()
note: str | None = thing.note
print(note)
