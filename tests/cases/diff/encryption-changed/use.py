from shop import Shop

Shop(mchid="1", serial_no="5157F09EFDC096DE15EBE81A47057A7232F1B8E1", private_key="…", public_key_id="…", public_key="…").things.make(name="tea", value="abc")
