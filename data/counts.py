"""What is counted, not measured: raised hands, messages, presence checks; and who a participant is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.unions import OWNER

COUNTED = ("hands", "messages", "checks_asked", "checks_answered")


def counts(facts: pd.DataFrame) -> pd.DataFrame:
    """Return for each participant of ``FACTS`` who joined, by codes: ``COUNTED``, ``spoke_ms``, and codes of person and last role."""
    types = facts["type"]
    joined = _rows(facts, (types == "participant_joined").to_numpy())
    named = _rows(facts, types.isin(("participant_joined", "role_changed")).to_numpy())
    found = joined.drop_duplicates(OWNER).set_index(OWNER)[["person_id"]]
    found["role"] = named.drop_duplicates(OWNER, keep="last").set_index(OWNER)["role"]
    found["hands"] = _number(facts, (types == "hand_raised").to_numpy())
    found["messages"] = _number(facts, (types == "message_sent").to_numpy())
    checked = (types == "presence_checked").to_numpy()
    found["checks_asked"] = _number(facts, checked)
    found["checks_answered"] = _number(facts, checked & facts["flag"].fillna(False).to_numpy(dtype=bool))
    spoke = _rows(facts, (types == "spoke").to_numpy())
    found["spoke_ms"] = spoke.groupby(OWNER)["amount"].sum()
    return found.fillna(dict.fromkeys((*COUNTED, "spoke_ms"), 0))


def _rows(facts: pd.DataFrame, which: np.ndarray) -> pd.DataFrame:
    """Return events as codes, those with a participant."""
    which = which & (facts["participant_id"].cat.codes.to_numpy() >= 0)
    columns = {name: facts[name].cat.codes.to_numpy()[which] for name in (*OWNER, "person_id", "role")}
    return pd.DataFrame({**columns, "amount": facts["amount"].fillna(0).to_numpy(dtype=np.int64)[which]})


def _number(facts: pd.DataFrame, which: np.ndarray) -> pd.Series:
    return _rows(facts, which).groupby(OWNER).size()
