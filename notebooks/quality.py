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
# # Quality of the connections
#
# One row a participant and ten seconds: bit rates, loss, round trip, jitter, what the browser made up. Whose connection was poor, when, and was it one person or all?

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

pn.extension(inline=True)
pd.set_option("display.max_rows", 20)

# %%
folder = tempfile.TemporaryDirectory(prefix="sala-sample-")
with open_database(folder.name) as database:
    fill(database, seed=2, sessions=int(os.environ.get("SALA_SAMPLE_SESSIONS", "20")))  # tests make fewer
home = open_data(folder.name)  # your own: open_data("var")

# %%
quality = home.quality()
quality.describe().loc[["count", "mean", "50%", "max"]].round(1)

# %% [markdown]
# ## Each session in one line
#
# The 95th percentile tells more than the mean: half a room may be well while some hear nothing.

# %%
sessions = home.sessions()[["session_id", "title", "opened_at"]]
worst = (
    quality.groupby("session_id")
    .agg(
        people=("participant_id", "nunique"),
        loss_p95=("down_loss_pct", lambda column: column.quantile(0.95)),
        round_trip_p95_ms=("round_trip_ms", lambda column: column.quantile(0.95)),
    )
    .join(sessions.set_index("session_id"))
    .sort_values("loss_p95", ascending=False)
)
worst.head(10)

# %% [markdown]
# ## One session, minute by minute

# %%
one = quality[quality["session_id"] == worst.index[0]]
by_minute = one.groupby(one["at"].dt.floor("min"))[["up_loss_pct", "down_loss_pct"]].quantile(0.95)
plot = figure(height=260, width=760, x_axis_type="datetime", title="95th percentile of the loss, % (UTC)", tools="")
at = by_minute.index.tz_localize(None)
plot.line(at, by_minute["up_loss_pct"], color="#c53948", line_width=2, legend_label="from people")
plot.line(at, by_minute["down_loss_pct"], color="#4f7fd6", line_width=2, legend_label="to people")
pn.pane.Bokeh(plot)

# %% [markdown]
# ## One person or all?
#
# If most people lost packets in the same minute, it was the server's line; else it was theirs.

# %%
bad = one.assign(bad=one["down_loss_pct"].fillna(0) >= 3).groupby(one["at"].dt.floor("min"))["bad"].mean()
together = (bad > 0.5).sum()
print(f"In {together} of {len(bad)} minutes more than half of the people lost 3 % or more at once.")

# %%
home.close()
folder.cleanup()
