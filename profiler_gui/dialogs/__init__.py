"""Dialogs: asked for by the user, never thrown at them."""
