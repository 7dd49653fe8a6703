"""The files of neighbouring tools: reading what they say about a model's operators, and writing what they can show.

What comes in may come from anybody: sizes and types are checked, and a file that is broken or about another model
gives one ``StoreError``. Numbers are taken as they are; cycles never become times. Each is attached to an operator by
its index, else by the name of a tensor, else by its place among operators of the same type, and says so.
"""
