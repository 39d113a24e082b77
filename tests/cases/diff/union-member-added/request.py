from shop import Shop

Shop().things.make(name="tea", value="1")
