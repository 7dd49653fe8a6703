"""The desktop application; Qt is imported only here."""
