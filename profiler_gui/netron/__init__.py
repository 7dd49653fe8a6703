"""Netron beside our own graph: its pages from a server on this computer, shown in a web view.

Nothing here is imported before the view is first opened: the web engine costs half a second and some hundred
megabytes.
"""
