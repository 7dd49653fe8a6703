"""Tables over rows and columns; they know ``backends.reports.columns`` and no page."""
