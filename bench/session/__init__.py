"""500 viewers and 50 with media in one tender session."""
