from shop import Shop

print(Shop().things.list().names)
