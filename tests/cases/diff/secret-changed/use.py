from shop import Shop

Shop().things.make(name="tea", value="abc")
text: str = Shop().things.get().value
