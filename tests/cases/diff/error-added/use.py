from shop import Shop, errors

try:
    Shop().things.get()
except errors.ApiError as error:
    print(error.code)
