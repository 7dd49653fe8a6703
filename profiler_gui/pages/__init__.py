"""Pages: what is shown about the session. They know the session, never each other."""
