from shop import Shop

with Shop().things.watch() as things:
    for thing in things:
        print(thing.name)
