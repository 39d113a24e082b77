from shop import Shop, errors

try:
    Shop().things.get()
except errors.ClientError as error:
    print(error.reasons)
