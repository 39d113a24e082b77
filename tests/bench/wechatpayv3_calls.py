"""Timed calls of wechatpayv3, run in its own environment with the arguments FOLDER URL COUNT …; imports nothing of specloom.

Each line of standard input starts one batch; the seconds of a call are printed.
"""

import pathlib
import sys
import time

from wechatpayv3 import WeChatPay, WeChatPayType  # type: ignore

folder, url, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
pay = WeChatPay(
    wechatpay_type=WeChatPayType.NATIVE,
    mchid=sys.argv[4],
    private_key=(folder / "merchant.pem").read_text(),
    cert_serial_no=sys.argv[5],
    appid="wx0000000000000001",
    apiv3_key="0" * 32,
    public_key=(folder / "platform.pub.pem").read_text(),
    public_key_id=sys.argv[6],
)
pay._core._gate_way = url
for _ in sys.stdin:
    begun = time.process_time()
    for _ in range(count):
        code, message = pay.fapiao_query(sys.argv[7])
        assert code == 200, message
    print((time.process_time() - begun) / count, flush=True)
