from shop import Shop

Shop().things.find(colours=["red"])
