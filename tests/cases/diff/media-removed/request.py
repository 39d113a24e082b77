from shop import Shop

Shop().things.upload(file=b"PNG")
