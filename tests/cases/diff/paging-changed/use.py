from shop import Shop

for name in Shop().things.iter_list():
    print(name.upper())
