"""What a forwarded packet costs: Sala's worker against a tuned Janus, the least aiortc forwarder, and the floor of the machine."""
