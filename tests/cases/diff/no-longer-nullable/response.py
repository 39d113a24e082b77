from shop import Shop

thing = Shop().things.get()
if thing.note is not None:
    print(thing.note.upper())
