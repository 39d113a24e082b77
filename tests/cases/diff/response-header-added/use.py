from shop import Shop, calls

response = Shop().send(calls.things.get())
print(response.value.name, response.headers.get("Location"))
