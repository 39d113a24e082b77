from shop import Shop

thing = Shop().things.get()
print(thing.note)
