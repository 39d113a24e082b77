from shop import Shop

print(Shop().orders.query().count)
