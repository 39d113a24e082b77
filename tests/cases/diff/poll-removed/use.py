from shop import Shop

print(Shop().things.wait_get("1", deadline=60).state)
