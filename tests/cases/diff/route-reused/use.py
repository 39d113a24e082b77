from shop import Shop

print(Shop().things.draft("1").name, Shop().things.final("1").name)
