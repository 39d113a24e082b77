from shop import Shop, errors

try:
    Shop().things.get()
except errors.NotHere as error:
    print(error.reasons, error.remedies, error.outcome)
