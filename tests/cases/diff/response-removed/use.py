from shop import Shop, models

answer: models.Thing | models.Ticket = Shop().things.get()
if isinstance(answer, models.Ticket):
    print(answer.ticket)
