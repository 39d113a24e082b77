from shop import Shop

print(Shop().things.get("1").state)
