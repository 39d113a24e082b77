from shop import Shop, errors

try:
    Shop().things.get()
except errors.NotHere as error:
    print(error.body.field if error.body else "")
