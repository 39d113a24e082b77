from shop import Shop, auth

Shop(main=auth.Bearer(token="…")).things.make(name="tea")
