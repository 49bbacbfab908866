"""What Sala remembers: models, the event log, repositories, attendance frames, migrations."""
