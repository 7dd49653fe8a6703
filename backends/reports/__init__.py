"""Writers: models, verdicts and runs to text, CSV, JSON and Markdown."""
