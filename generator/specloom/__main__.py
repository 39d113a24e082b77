"""`python -m specloom`: the command, for build tools that have no script folder."""

import sys

from .cli import main

sys.exit(main())
