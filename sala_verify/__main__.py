"""``python -m sala_verify DOSSIER``; the single file ``sala-verify.pyz`` begins here too."""

from __future__ import annotations

import sys

from sala_verify.command import main

sys.exit(main())
