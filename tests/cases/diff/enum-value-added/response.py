from shop import Shop, models

colour = Shop().things.get().value
match colour:
    case models.Colour.RED:
        print("red")
    case _:
        print(colour.value)
