from shop import Shop

content: bytes = Shop().things.picture().read()
