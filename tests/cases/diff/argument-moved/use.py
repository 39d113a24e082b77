from shop import Shop

Shop().things.find("tea", "here", colour="green")
