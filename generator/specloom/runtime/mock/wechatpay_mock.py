"""What every mock of WeChat Pay has besides its endpoints."""

from __future__ import annotations

from collections.abc import Mapping

from .commands import Command, post_command
from .server_core import Mock
from .wechatpay import WechatPayServerAuth
from .wechatpay_keys import PlatformKeys


class WechatPayMock(Mock):
    """A mock whose merchant has the keys of a new one, unless `platform_keys` says else."""

    @property
    def platform_keys(self) -> PlatformKeys:
        """By which keys the merchant knows WeChat Pay: `public-key`, as all new merchants;
        `certificate`, which has to be downloaded; or `both`, while a merchant moves. The
        credentials change with it, so set it before a client is made."""
        return self._side_of_wechatpay.keys.platform_keys

    @platform_keys.setter
    def platform_keys(self, which: PlatformKeys) -> None:
        self._side_of_wechatpay.keys.platform_keys = which

    @property
    def _side_of_wechatpay(self) -> WechatPayServerAuth:
        return next(
            side
            for side in self.auth_by_scheme.values()
            if isinstance(side, WechatPayServerAuth)
        )

    def commands(self) -> Mapping[str, Command]:
        def platform_keys(which: PlatformKeys) -> None:
            """Let the merchant know WeChat Pay by these keys; its credentials change."""
            self.platform_keys = which

        command = post_command(platform_keys, which="certificate")
        return {**super().commands(), "platform_keys": command}
