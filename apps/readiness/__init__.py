"""A personal check before a session: devices, the path to this server, the uplink (F7)."""
