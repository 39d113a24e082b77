from shop import Shop

content: bytes | None = Shop().things.picture()
