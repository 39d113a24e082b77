from shop import Shop

Shop().orders.count()
