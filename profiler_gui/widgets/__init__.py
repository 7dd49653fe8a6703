"""Views that know values, not the session."""
