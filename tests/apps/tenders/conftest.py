from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from apps.single import Sala
    from tests.apps.tenders.authority import Authority


@pytest.fixture
def authority(sala: Sala) -> Authority:
    from tests.apps.tenders.authority import Authority  # brings the whole program

    return Authority(sala)
