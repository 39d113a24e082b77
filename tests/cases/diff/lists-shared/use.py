from shop import Shop

thing = Shop().things.get()
tags: list[str] = thing.tags
tags.sort()
