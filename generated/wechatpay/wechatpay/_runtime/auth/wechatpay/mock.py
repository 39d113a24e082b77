"""Base class of mocks of WeChat Pay."""

from __future__ import annotations

from collections.abc import Mapping

from ...mock.commands import Command, post_command
from ...mock.server_core import Mock
from .mock_keys import PlatformKeys
from .mock_side import WechatPayServerAuth


class WechatPayMock(Mock):
    """A mock with the keys of a new merchant, unless `platform_keys` is set."""

    @property
    def platform_keys(self) -> PlatformKeys:
        """Keys of WeChat Pay that the merchant has: `public-key`, as all new merchants;
        `certificate`, which the client downloads; or `both`, for the move to the public
        key. The credentials change with it, so set it before you create a client."""
        return self._server_auth.keys.platform_keys

    @platform_keys.setter
    def platform_keys(self, keys: PlatformKeys) -> None:
        self._server_auth.keys.platform_keys = keys

    @property
    def _server_auth(self) -> WechatPayServerAuth:
        return next(
            side
            for side in self.auth_by_scheme.values()
            if isinstance(side, WechatPayServerAuth)
        )

    def commands(self) -> Mapping[str, Command]:
        def platform_keys(keys: PlatformKeys) -> None:
            """Give the merchant these keys of WeChat Pay; the credentials change."""
            self.platform_keys = keys

        command = post_command(platform_keys, keys="certificate")
        return {**super().commands(), "platform_keys": command}
