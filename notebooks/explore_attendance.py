# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exploring attendance
#
# Sala keeps one log per session; everything here is read from it. The frames are described in the *data dictionary* of `docs/data.md`.
# This notebook makes an invented year of trainings and public sessions; put your own home folder (`"var"`) or database URL into `open_data` to look at yours.

# %%
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path.cwd().parent if Path.cwd().name == "notebooks" else Path.cwd()))  # the project's folder

import pandas as pd
import panel as pn
from bokeh.plotting import figure

from data.database import open_database
from data.frames import open_data
from data.sample import fill

pn.extension(inline=True)  # everything from here, nothing from another host
pd.set_option("display.max_rows", 20)

# %%
folder = tempfile.TemporaryDirectory(prefix="sala-sample-")
with open_database(folder.name) as database:
    fill(database, seed=1, sessions=int(os.environ.get("SALA_SAMPLE_SESSIONS", "40")))  # tests make fewer

home = open_data(folder.name)

# %% [markdown]
# ## Sessions
#
# One row an opening of a room. Times are UTC.

# %%
sessions = home.sessions()
sessions.head()

# %% [markdown]
# ## Who was there, and for how long
#
# `present_s` is the *union* of somebody's connections: two tabs at once count once, the gap before a reconnection does not count.

# %%
attendance = home.attendance()
attendance["share"] = attendance["present_s"] / attendance["session_s"]
attendance[["name", "organisation", "role", "present_s", "session_s", "share", "reconnections", "device"]].head(10)

# %% [markdown]
# A rule such as *at least 85 %* is one comparison, and gives what the console, the CSV and the certificate give.

# %%
passed = attendance["share"] >= 0.85
print(f"{passed.sum()} of {len(attendance)} attendances reach 85 % ({passed.mean():.0%})")
assert (attendance["present_s"] <= attendance["session_s"] + 1e-6).all()

# %%
by_title = (
    attendance.merge(sessions[["session_id", "title"]], on="session_id")
    .groupby("title")
    .agg(people=("person_id", "nunique"), seats=("participant_id", "size"), median_share=("share", "median"))
    .sort_values("seats", ascending=False)
)
by_title.head(10)

# %% [markdown]
# ## One session over time
#
# How many were connected at each minute, and how long each person stayed.

# %%
largest = sessions.sort_values("participants")["session_id"].iloc[-1]
curve = home.curve(session_id=largest)
plot = figure(height=260, width=760, x_axis_type="datetime", title="People connected (UTC)", tools="")
plot.line(curve["at"].dt.tz_localize(None), curve["connected"], line_width=2, color="#c53948")
pn.pane.Bokeh(plot)

# %%
timeline = home.timeline(session_id=largest).merge(
    attendance.loc[attendance["session_id"] == largest, ["participant_id", "name"]], on="participant_id"
)
people = list(dict.fromkeys(timeline.sort_values("started_at")["participant_id"]))[:25]
rows = timeline[timeline["participant_id"].isin(people)]
plot = figure(
    height=420, width=760, x_axis_type="datetime", y_range=people[::-1], title="Presence of the first 25", tools=""
)
plot.hbar(
    y=rows["participant_id"],
    left=rows["started_at"].dt.tz_localize(None),
    right=rows["ended_at"].dt.tz_localize(None),
    height=0.6,
    color="#4f7fd6",
)
names = dict(zip(rows["participant_id"], rows["name"], strict=True))
plot.yaxis.major_label_overrides = names
pn.pane.Bokeh(plot)

# %% [markdown]
# ## Speaking

# %%
spoken = (
    attendance.groupby(["person_id", "name"], as_index=False)[["spoke_s", "present_s"]]
    .sum()
    .sort_values("spoke_s", ascending=False)
)
spoken.assign(minutes=(spoken["spoke_s"] / 60).round(1))[["name", "minutes"]].head(10)

# %% [markdown]
# ## Without names
#
# For figures that leave the house: the same frames under pseudonyms, and groups of fewer than five left out.

# %%
from data.privacy import grouped

with open_data(folder.name, pseudonyms=True) as nameless:
    shown = nameless.attendance()
assert set(shown["name"].fillna("")) == {""}
grouped(attendance, "organisation", {"present_s": "mean", "spoke_s": "mean"}, least=5)

# %%
home.close()
folder.cleanup()
